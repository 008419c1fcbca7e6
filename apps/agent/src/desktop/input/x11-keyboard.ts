/**
 * The keyboard of an X display, as all its viewers share it: the mapping, what is down, and the keys that are lent to
 * characters which the mapping lacks. Everything is sent in the order of the calls, on one connection.
 */
import { availableParallelism, loadavg } from "node:os";
import type { XEvent, XKeyboard, XTest } from "x11";
import type { X11Connection } from "../x11/x11-connection.ts";
import { Held } from "./held.ts";
import { heldOnDisplay } from "./held-on-display.ts";
import { isOnNumpad, KeyboardMap, type KeyboardMapping, type Stroke } from "./keyboard-map.ts";
import { SpareKeys } from "./spare-keys.ts";
import { stopServerRepeat } from "./stop-server-repeat.ts";

const POINTER_MAPPED = 2;
/** Of XkbStateNotify: that the locked modifiers changed, or the group. */
const LOCKS_AND_GROUP = (1 << 3) | (1 << 4);
const ALL_STATE = 0x3fff;
const XKB_NEW_KEYBOARD = { type: 0, bit: 1 << 0 };
const XKB_MAP = { type: 1, bit: 1 << 1 };
const XKB_STATE_BIT = 1 << 2;
/** All parts of a keyboard's map. */
const XKB_ALL_MAPS = 0xff;
/** On the root window: the keys that were lent, for the process that comes after this one. */
const SPARE_KEYS_PROPERTY = "_SALLYPORT_SPARE_KEYS";
const HELD_PROPERTY = "_SALLYPORT_HELD_KEYS";
const CARDINAL = 6;
const FIRST_GROUP = 0;
/** How long a program may take to handle a key, on a machine with nothing else to do. */
const REST_MS = 800;
const MAX_SLOWER = 6;
const REPLACE = 0;

/** A stroke, or how long to wait until there is one; undefined when there is none. */
export type Found = { stroke: Stroke } | { waitMs: number } | undefined;

export class X11Keyboard {
  readonly #connection: X11Connection;
  readonly #xtest: XTest;
  readonly #xkb: XKeyboard;
  readonly #property: number;
  #held = new Held();
  #map: KeyboardMap;
  #spares: SpareKeys;
  #group = 0;
  #locked = 0;
  /** Of our last request that changed the locks: what is told of earlier ones is out of date. */
  #locksSetAt = 0;
  #loading: Promise<void> | undefined;
  #isStale = false;

  private constructor(connection: X11Connection, parts: { xtest: XTest; xkb: XKeyboard; property: number }) {
    this.#connection = connection;
    this.#xtest = parts.xtest;
    this.#xkb = parts.xkb;
    this.#property = parts.property;
    this.#map = new KeyboardMap({ first: 0, rows: [], modifiers: [] });
    this.#spares = new SpareKeys([]);
  }

  /** @throws Error when the server lacks XTEST or XKEYBOARD, or is gone */
  static async open(connection: X11Connection): Promise<X11Keyboard> {
    const [xtest, xkb, property] = await Promise.all([
      connection.extension("xtest"),
      connection.extension("xkb"),
      connection.atom(SPARE_KEYS_PROPERTY),
    ]);
    const keyboard = new X11Keyboard(connection, { xtest, xkb, property });
    await keyboard.#start();
    return keyboard;
  }

  async #start(): Promise<void> {
    const { client, ask } = this.#connection;
    await stopServerRepeat(this.#connection, this.#xkb);
    this.#held = await heldOnDisplay(this.#connection, HELD_PROPERTY, (keycode) => this.#fake(keycode, false));
    client.on("event", (event) => this.#take(event));
    const bits = XKB_NEW_KEYBOARD.bit | XKB_MAP.bit | XKB_STATE_BIT;
    this.#xkb.SelectEvents(this.#xkb.UseCoreKbd, bits, 0, bits & ~XKB_STATE_BIT, XKB_ALL_MAPS, XKB_ALL_MAPS, {
      stateNotify: [ALL_STATE, LOCKS_AND_GROUP],
    });
    await ask<unknown>((reply) =>
      this.#xkb.GetState(this.#xkb.UseCoreKbd, (error, state) => {
        if (!error) this.#locked = state.lockedMods;
        if (!error) this.#group = state.group;
        return reply(error, state);
      }),
    );
    await this.#reload();
  }

  /** Undefined when keys can be pressed now; otherwise resolves when the mapping is known again. */
  get loading(): Promise<void> | undefined {
    return this.#loading;
  }

  /** How to type what these keysyms stand for, whatever the layout is. */
  find(keysyms: readonly number[], { isCommand = false } = {}): Found {
    const stroke = this.#map.strokeOf(keysyms, this.#group);
    if (stroke) return { stroke };
    // Programs know their commands by the key, whichever layout is in use.
    const elsewhere = isCommand ? this.#map.strokeOf(keysyms, FIRST_GROUP) : undefined;
    return elsewhere ? { stroke: elsewhere } : this.#lend(keysyms.find((keysym) => !isOnNumpad(keysym)));
  }

  /** The key that is called by one of these keysyms; a key that changes others cannot be lent. */
  findKey(keysyms: readonly number[], isModifier: boolean): Found {
    const stroke = this.#map.keyOf(keysyms);
    if (stroke) return { stroke };
    return isModifier ? undefined : this.#lend(keysyms[0]);
  }

  #lend(keysym: number | undefined): Found {
    if (keysym === undefined) return undefined;
    const loan = this.#spares.lend(keysym, {
      nowMs: performance.now(),
      restMs: restMs(),
      isHeld: (keycode) => this.#held.has(keycode),
    });
    if (!loan || "waitMs" in loan) return loan;
    const { keycode, shift, map } = loan;
    if (map) {
      // The same in both groups: then no layout makes another one of it.
      const keysyms = [...map, ...map];
      const { client, screen } = this.#connection;
      client.ChangeKeyboardMapping(keycode, keysyms.length, keysyms);
      const keycodes = this.#spares.entries().map((lent) => lent.keycode);
      client.ChangeProperty(REPLACE, screen.root, this.#property, CARDINAL, 32, [...new Set(keycodes)]);
    }
    return { stroke: { keycode, ...(shift !== undefined && { shift }) } };
  }

  /** Presses it. If it is down already it is let go first: that is how X tells programs of a repeat. */
  press(stroke: Stroke, holder: string): void {
    const { keycode } = stroke;
    const isDown = this.#held.has(keycode);
    this.#held.add(keycode, holder);
    if (isDown && this.#map.modifierKeycodes.has(keycode)) return;
    this.#with(stroke, [], () => {
      if (isDown) this.#fake(keycode, false);
      this.#fake(keycode, true);
    });
  }

  release(keycode: number, holder: string): void {
    if (this.#held.remove(keycode, holder)) this.#fake(keycode, false);
    this.#spares.touch(keycode, performance.now());
  }

  /** Presses it and lets it go, as text: no held Control or Alt turns it into a command. */
  tap(stroke: Stroke): void {
    this.#with(stroke, this.#map.commandKeycodes, () => {
      if (this.#held.has(stroke.keycode)) this.#fake(stroke.keycode, false);
      this.#fake(stroke.keycode, true);
      this.#fake(stroke.keycode, false);
    });
  }

  /** Acts while the modifiers and locks are as the stroke needs them, and then has them as they were. */
  #with({ shift, level3, numpadLevel }: Stroke, lifted: readonly number[], act: () => void): void {
    const { shiftKeycodes, level3Keycodes, lettersLocks, numLockMask } = this.#map;
    const undo: (() => void)[] = [];
    this.#have(shift, shiftKeycodes, undo);
    this.#have(level3, level3Keycodes, undo);
    this.#have(lifted.length > 0 ? false : undefined, lifted, undo);
    if (numpadLevel !== undefined) {
      const isShifted = shiftKeycodes.some((keycode) => this.#held.has(keycode));
      const wantsNumLock = (numpadLevel === 2) !== isShifted;
      this.#lock(lettersLocks | numLockMask, wantsNumLock ? numLockMask : 0, undo);
    } else {
      this.#lock(lettersLocks, 0, undo);
    }
    act();
    for (const step of undo.reverse()) step();
  }

  #have(isWanted: boolean | undefined, keycodes: readonly number[], undo: (() => void)[]): void {
    const down = keycodes.filter((keycode) => this.#held.has(keycode));
    const [first] = keycodes;
    if (isWanted === true && down.length === 0 && first !== undefined) {
      this.#fake(first, true);
      undo.push(() => this.#fake(first, false));
    } else if (isWanted === false) {
      for (const keycode of down) {
        this.#fake(keycode, false);
        undo.push(() => this.#fake(keycode, true));
      }
    }
  }

  #lock(affected: number, wanted: number, undo: (() => void)[]): void {
    const before = this.#locked & affected;
    if (before === wanted) return;
    this.#setLocks(affected, wanted);
    undo.push(() => this.#setLocks(affected, before));
  }

  #setLocks(affected: number, locks: number): void {
    this.#xkb.LatchLockState(this.#xkb.UseCoreKbd, affected, locks, false, 0, 0, 0, false, 0);
    this.#locksSetAt = this.#connection.client.seq_num;
  }

  #fake(keycode: number, isDown: boolean): void {
    this.#xtest.FakeInput(isDown ? this.#xtest.KeyPress : this.#xtest.KeyRelease, keycode, 0, 0, 0, 0);
  }

  #take(event: XEvent): void {
    if (event.name === "XkbStateNotify") {
      if (event.seq < this.#locksSetAt) return;
      this.#locked = event.lockedMods;
      this.#group = event.group;
    } else if (isMappingChange(event) && !this.#isOurs(event)) {
      this.#reload().catch(() => {});
    }
  }

  /** Whether it is one of our loans that was told. */
  #isOurs(event: XEvent): boolean {
    const range =
      event.name === "MappingNotify"
        ? { first: event.firstKeyCode, count: event.count }
        : { first: event.raw[8] ?? 0, count: event.raw[9] ?? 0 };
    return range.count === 1 && this.#spares.isLent(range.first);
  }

  #reload(): Promise<void> {
    this.#isStale = true;
    this.#loading ??= this.#load().finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  async #load(): Promise<void> {
    const { client, ask, screen } = this.#connection;
    const { min_keycode: first, max_keycode: last } = client.display;
    while (this.#isStale) {
      this.#isStale = false;
      const [rows, modifiers, lent] = await Promise.all([
        ask<number[][]>((reply) => client.GetKeyboardMapping(first, last - first + 1, reply)),
        ask<number[][]>((reply) => client.GetModifierMapping(reply)),
        ask<{ data: Buffer }>((reply) => client.GetProperty(0, screen.root, this.#property, CARDINAL, 0, 64, reply)),
      ]);
      const mapping = withoutLoans({ first, rows, modifiers }, lent.data);
      this.#map = new KeyboardMap(mapping);
      // What a program may yet ask for stays as it is.
      const kept = this.#spares
        .entries()
        .filter(({ keycode, shift, keysym }) => rows[keycode - first]?.[shift ? 1 : 0] === keysym);
      this.#spares = new SpareKeys(this.#map.unusedKeycodes, kept);
    }
  }
}

/** No program tells when it has handled a key. On a busy machine all take longer. */
function restMs(): number {
  const waiting = (loadavg()[0] ?? 0) / availableParallelism();
  return REST_MS * Math.min(Math.max(waiting, 1), MAX_SLOWER);
}

function isMappingChange(event: XEvent): boolean {
  if (event.name === "MappingNotify") return event.request !== POINTER_MAPPED;
  return event.name === "XkbEvent" && (event.xkbType === XKB_NEW_KEYBOARD.type || event.xkbType === XKB_MAP.type);
}

/** The mapping without the keys that were lent, by us or by the process before us, and are still as they were lent. */
function withoutLoans(mapping: KeyboardMapping, property: Buffer): KeyboardMapping {
  const lent = new Set<number>();
  for (let at = 0; at + 4 <= property.length; at += 4) lent.add(property.readUInt32LE(at));
  const rows = mapping.rows.map((row, index) => {
    const isLoan =
      lent.has(mapping.first + index) && row.slice(0, 4).every((keysym, column) => keysym === row[column % 2]);
    return isLoan ? row.map(() => 0) : row;
  });
  return { ...mapping, rows };
}
