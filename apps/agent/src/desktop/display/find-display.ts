/** Which X display viewers are shown, and the cookie that opens it. */
import { readdir } from "node:fs/promises";
import { userInfo } from "node:os";
import { reasonOf } from "../../platform/one-line.ts";
import type { StateDir } from "../../state/state-dir.ts";
import { readVirtualDisplay } from "../virtual/virtual-display-file.ts";
import { openX11, parseDisplay } from "../x11/x11-connection.ts";
import { isXwayland } from "./is-xwayland.ts";
import { xauthorityFiles } from "./xauthority-files.ts";

export interface FoundDisplay {
  /** As X calls it, such as `:0`. */
  display: string;
  /** The file with its cookie; undefined where the server asks for none. */
  xauthority: string | undefined;
  /** Started by `ztna desktop --virtual`: nobody sits at it. */
  isVirtual: boolean;
  /** How it was found, in words. */
  how: string;
}

export interface DisplayPlace {
  /** What the machine's own configuration says (ZTNA_DISPLAY). */
  explicit: string | undefined;
  /** What programs inherit: DISPLAY, XAUTHORITY. */
  environment: Readonly<Record<string, string | undefined>>;
  dir: Pick<StateDir, "virtualDisplayFile">;
}

const SOCKETS = "/tmp/.X11-unix";
const WAYLAND =
  "this is a Wayland session, and only X11 can be shown as yet: sign in to an Xorg session, or start a display with 'ztna desktop --virtual 1920x1080'";
const NONE = "this machine has no display: start one with 'ztna desktop --virtual 1920x1080'";

/** @throws Error in words that say what to do */
export async function findDisplay({ explicit, environment, dir }: DisplayPlace): Promise<FoundDisplay> {
  const known = environment.XAUTHORITY;
  if (explicit !== undefined) return open({ display: explicit, known, how: "named by ZTNA_DISPLAY" });

  const failures: string[] = [];
  const attempt = async (candidate: Candidate): Promise<FoundDisplay | undefined> =>
    open(candidate).catch((error: unknown) => {
      failures.push(reasonOf(error));
      return undefined;
    });

  // The display of an `ssh -X` is somebody's own screen, elsewhere.
  const own = environment.DISPLAY !== undefined && parseDisplay(environment.DISPLAY)?.host === "";
  const inherited = own && (await attempt({ display: environment.DISPLAY ?? "", known, how: "named by DISPLAY" }));
  if (inherited) return inherited;
  const virtual = readVirtualDisplay(dir);
  const started =
    virtual &&
    (await attempt({
      display: virtual.display,
      known: virtual.xauthority,
      how: "started by 'ztna desktop --virtual'",
      isVirtual: true,
    }));
  if (started) return started;

  const sockets = (await readdir(SOCKETS).catch(() => [])).filter((name) => /^X\d{1,5}$/.test(name)).sort();
  const open_ = [];
  for (const socket of sockets) {
    const display = `:${socket.slice(1)}`;
    const found = await attempt({ display, known: undefined, how: "the only one that this user may open" });
    if (found) open_.push(found);
  }
  const [first, ...others] = open_;
  if (first && others.length === 0) return first;
  if (first) {
    const names = open_.map(({ display }) => display).join(", ");
    throw new Error(`this machine has the displays ${names}: say which one with ZTNA_DISPLAY=${first.display}`);
  }
  throw new Error(await whyNone(failures, environment));
}

interface Candidate {
  display: string;
  known: string | undefined;
  how: string;
  isVirtual?: boolean;
}

/** @throws Error when it cannot be opened, or shows nothing */
async function open({ display, known, how, isVirtual = false }: Candidate): Promise<FoundDisplay> {
  const number = parseDisplay(display)?.number;
  const files = number === undefined ? [] : await xauthorityFiles(number, known);
  let failure: unknown;
  // Without a cookie at last: a server may let its own user in.
  for (const xauthority of [...files, undefined]) {
    try {
      const connection = await openX11(display, { xauthority: xauthority ?? "" });
      const isHidden = await isXwayland(connection).finally(() => connection.close());
      if (isHidden) throw new Error(WAYLAND);
      return { display, xauthority, isVirtual, how };
    } catch (error) {
      failure ??= error;
    }
  }
  throw failure;
}

async function whyNone(failures: readonly string[], environment: DisplayPlace["environment"]): Promise<string> {
  const isWayland =
    failures.includes(WAYLAND) ||
    environment.WAYLAND_DISPLAY !== undefined ||
    environment.XDG_SESSION_TYPE === "wayland";
  if (isWayland || (await hasWaylandSocket())) return WAYLAND;
  return failures[0] === undefined
    ? NONE
    : `${failures[0]}; or start another one with 'ztna desktop --virtual 1920x1080'`;
}

const hasWaylandSocket = async (): Promise<boolean> =>
  (await readdir(`/run/user/${userInfo().uid}`).catch(() => [])).some((name) => /^wayland-\d+$/.test(name));
