/** What of the `x11` package is used: it has no types of its own. */
declare module "x11" {
  import type { EventEmitter } from "node:events";
  import type { Duplex } from "node:stream";

  /** The callback of a request; what it returns for an error says whether the error is dealt with. */
  export type Reply<Result> = (error: Error | null | undefined, result: Result) => boolean;

  export interface XScreen {
    root: number;
    pixel_width: number;
    pixel_height: number;
    default_colormap: number;
    root_depth: number;
    white_pixel: number;
    black_pixel: number;
  }

  export interface XDisplay {
    client: XClient;
    screen: XScreen[];
    min_keycode: number;
    max_keycode: number;
  }

  /** One object for all kinds of events: what an event of another kind lacks is undefined in truth. */
  export interface XEvent {
    name: string;
    type: number;
    /** Of the last of our requests that the server had carried out. */
    seq: number;
    wid: number;
    /** Key or button. */
    keycode: number;
    /** Modifiers and buttons, or, of XInput 2, the numbers of the buttons. */
    buttons: number;
    time: number;
    x: number;
    y: number;
    rootx: number;
    rooty: number;
    width: number;
    height: number;
    count: number;
    /** `PropertyNotify`: 1 is deleted; `VisibilityNotify`: 0 is unobscured. */
    state: number;
    atom: number;
    owner: number;
    requestor: number;
    selection: number;
    target: number;
    property: number;
    timestamp: number;
    selectionTimestamp: number;
    /** Of XFixes: 0 is a new owner. */
    subtype: number;
    cursorSerial: number;
    /** `MappingNotify`: 1 is the keyboard, 2 the pointer. */
    request: number;
    firstKeyCode: number;
    mode: number;
    xkbType: number;
    lockedMods: number;
    group: number;
    /** XInput 2 */
    detail: number;
    sourceId: number;
    root: number;
    sameScreen: number;
    raw: Buffer;
  }

  export interface WindowValues {
    backgroundPixel?: number;
    backgroundPixmap?: number;
    borderPixel?: number;
    overrideRedirect?: boolean;
    eventMask?: number;
    cursor?: number;
  }

  export interface GcValues {
    foreground?: number;
    background?: number;
    font?: number;
    graphicsExposures?: number;
  }

  export interface FontInfo {
    fontAscent: number;
    fontDescent: number;
    maxBounds: { characterWidth: number };
    maxByte1: number;
    properties: { name: number; value: number }[];
  }

  export interface XClient extends EventEmitter {
    display: XDisplay;
    /** Those that are known already. */
    atoms: Record<string, number>;
    /** How many requests were made. */
    seq_num: number;
    /** The callbacks of requests by their number, and how their reply is read. */
    replies: Record<number, [(body: Buffer, detail: number) => unknown, Reply<never>]>;
    pack_stream: { put(request: Buffer): void; submit(expectsReply?: boolean): void };
    on(event: "event", listener: (event: XEvent) => void): this;
    on(event: "error", listener: (error: Error & { code?: unknown }) => void): this;
    on(event: "end" | "drain", listener: () => void): this;
    off(event: "event", listener: (event: XEvent) => void): this;
    terminate(): void;
    sync(): Promise<void>;
    AllocID(): number;
    ReleaseID(id: number): void;
    // biome-ignore lint/suspicious/noExplicitAny: extensions without types here are their users' to name.
    require(extension: string, callback: (error: Error | null | undefined, extension: any) => void): void;

    QueryExtension(name: string, reply: Reply<{ present: number }>): void;
    InternAtom(onlyIfExists: boolean, name: string, reply: Reply<number>): void;
    CreateWindow(
      id: number,
      parent: number,
      x: number,
      y: number,
      width: number,
      height: number,
      border: number,
      depth: number,
      kind: number,
      visual: number,
      values: WindowValues,
    ): void;
    ChangeWindowAttributes(id: number, values: WindowValues): void;
    DestroyWindow(id: number): void;
    MapWindow(id: number): void;
    UnmapWindow(id: number): void;
    RaiseWindow(id: number): void;
    MoveWindow(id: number, x: number, y: number): void;
    MoveResizeWindow(id: number, x: number, y: number, width: number, height: number): void;
    GetWindowAttributes(window: number, reply: Reply<{ mapState: number }>): void;
    GetGeometry(drawable: number, reply: Reply<{ xPos: number; yPos: number; width: number; height: number }>): void;
    QueryPointer(window: number, reply: Reply<{ rootX: number; rootY: number; keyMask: number }>): void;
    QueryTree(window: number, reply: Reply<{ children: number[] }>): void;
    SetInputFocus(window: number, revertTo: number): void;
    GetInputFocus(reply: Reply<{ focus: number; revertTo: number }>): void;

    ChangeProperty(
      mode: number,
      window: number,
      property: number,
      type: number,
      format: number,
      data: Buffer | string | number[],
      /** With one, an error is its alone, and success is confirmed. */
      reply?: Reply<undefined>,
    ): void;
    GetProperty(
      remove: number,
      window: number,
      property: number,
      type: number,
      offset: number,
      length: number,
      reply: Reply<{ type: number; format: number; bytesAfter: number; data: Buffer }>,
    ): void;
    DeleteProperty(window: number, property: number): void;
    SetSelectionOwner(owner: number, selection: number, time: number): void;
    GetSelectionOwner(selection: number, reply: Reply<number>): void;
    ConvertSelection(requestor: number, selection: number, target: number, property: number, time: number): void;
    SendEvent(window: number, propagate: number, mask: number, event: Partial<XEvent> & { name: string }): void;

    GetKeyboardMapping(first: number, count: number, reply: Reply<number[][]>): void;
    ChangeKeyboardMapping(first: number, perKeycode: number, keysyms: number[]): void;
    GetModifierMapping(reply: Reply<number[][]>): void;
    GetPointerMapping(reply: Reply<number[]>): void;
    SetPointerMapping(map: number[], reply: Reply<number>): void;
    QueryKeymap(reply: Reply<Buffer>): void;

    CreatePixmap(id: number, drawable: number, depth: number, width: number, height: number): void;
    FreePixmap(id: number): void;
    CreateGC(id: number, drawable: number, values: GcValues): void;
    ChangeGC(id: number, values: GcValues): void;
    FreeGC(id: number): void;
    CopyArea(
      source: number,
      target: number,
      gc: number,
      sourceX: number,
      sourceY: number,
      x: number,
      y: number,
      width: number,
      height: number,
    ): void;
    PolyFillRectangle(drawable: number, gc: number, rectangles: number[]): void;
    PolyRectangle(drawable: number, gc: number, rectangles: number[]): void;
    OpenFont(id: number, name: string): void;
    CloseFont(id: number): void;
    QueryFont(id: number, reply: Reply<FontInfo>): void;
    ListFonts(pattern: string, max: number, reply: Reply<string[]>): void;
    PolyText16(drawable: number, gc: number, x: number, y: number, items: string[]): void;
    AllocColor(colormap: number, red: number, green: number, blue: number, reply: Reply<{ pixel: number }>): void;
    CreateGlyphCursor(
      id: number,
      sourceFont: number,
      maskFont: number,
      sourceGlyph: number,
      maskGlyph: number,
      foreground: { R: number; G: number; B: number },
      background: { R: number; G: number; B: number },
    ): void;
    CreateCursor(
      id: number,
      source: number,
      mask: number,
      foreground: { R: number; G: number; B: number },
      background: { R: number; G: number; B: number },
      x: number,
      y: number,
    ): void;
    FreeCursor(id: number): void;
    GetImage(
      format: number,
      drawable: number,
      x: number,
      y: number,
      width: number,
      height: number,
      planes: number,
      reply: Reply<{ data: Buffer }>,
    ): void;
  }

  export interface XTest {
    KeyPress: number;
    KeyRelease: number;
    ButtonPress: number;
    ButtonRelease: number;
    MotionNotify: number;
    FakeInput(type: number, detail: number, time: number, window: number, x: number, y: number): void;
  }

  export interface XKeyboard {
    majorOpcode: number;
    UseCoreKbd: number;
    GetState(device: number, reply: Reply<{ lockedMods: number; group: number }>): void;
    LatchLockState(
      device: number,
      affectedLocks: number,
      locks: number,
      lockGroup: boolean,
      groupLock: number,
      affectedLatches: number,
      latches: number,
      latchGroup: boolean,
      groupLatch: number,
    ): void;
    SelectEvents(
      device: number,
      affected: number,
      clear: number,
      selectAll: number,
      affectedMaps: number,
      maps: number,
      details: Record<string, [number, number]>,
    ): void;
  }

  export interface XFixes {
    SelectSelectionInput(window: number, selection: number, mask: number): void;
    SelectCursorInput(window: number, mask: number): void;
    GetCursorImage(
      reply: Reply<{
        width: number;
        height: number;
        xhot: number;
        yhot: number;
        /** Premultiplied, a 32-bit number each. */
        cursorImage: Buffer;
      }>,
    ): void;
  }

  export interface XInput {
    xi2: { majorVersion: number; minorVersion: number } | null;
    XISelectEvents(window: number, masks: { deviceId: number; mask: string[] }[]): void;
    XIQueryDevice(
      device: number,
      reply: Reply<{ deviceId: number; use: number; attachment: number; name: string }[]>,
    ): void;
  }

  export interface XScreenSaver {
    QueryInfo(drawable: number, reply: Reply<{ state: number; idle: number }>): void;
  }

  export interface RandR {
    SelectInput(window: number, mask: number): void;
    CreateMode(window: number, mode: Record<string, number | string>, reply: Reply<number>): void;
    AddOutputMode(output: number, mode: number): void;
    SetScreenSize(window: number, width: number, height: number, mmWidth: number, mmHeight: number): void;
    SetCrtcConfig(
      crtc: number,
      time: number,
      configTime: number,
      x: number,
      y: number,
      mode: number,
      rotation: number,
      outputs: number[],
      reply: Reply<{ status: number }>,
    ): void;
    GetOutputPrimary(window: number, reply: Reply<number>): void;
    GetScreenResourcesCurrent(
      window: number,
      reply: Reply<{ outputs: number[]; crtcs: number[]; config_timestamp: number }>,
    ): void;
    GetOutputInfo(output: number, time: number, reply: Reply<{ crtc: number; name: string }>): void;
    GetCrtcInfo(
      crtc: number,
      time: number,
      reply: Reply<{ x: number; y: number; width: number; height: number }>,
    ): void;
  }

  export interface ExtensionsWithTypes {
    xtest: XTest;
    xkb: XKeyboard;
    fixes: XFixes;
    xinput: XInput;
    "screen-saver": XScreenSaver;
  }

  interface Options {
    display?: string;
    stream?: Duplex;
    auth?: { name: string; data: string };
    shm?: boolean;
    bufferRequests?: boolean;
  }

  const x11: {
    createClient(options: Options, callback: (error: Error | null | undefined, display: XDisplay) => void): XClient;
    eventMask: Record<string, number>;
    keySyms: Record<string, { code: number; description: string | null }>;
  };
  export default x11;
}
