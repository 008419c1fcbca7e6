/** A connection to an X server, in promises. Errors of single requests end nothing; only the connection's end does. */
import { readFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { homedir, hostname } from "node:os";
import { join } from "node:path";
import x11, { type ExtensionsWithTypes, type Reply, type XClient, type XScreen } from "x11";
import { errorCode } from "../../platform/error-code.ts";
import { findCookie, type XCookie } from "./xauthority.ts";

/** A server that hangs would otherwise be waited for without end. */
const OPEN_TIMEOUT_MS = 5_000;
const TCP_BASE_PORT = 6_000;

export interface X11Connection {
  client: XClient;
  screen: XScreen;
  /** @throws Error when the X server does not have it */
  extension<Name extends string>(
    name: Name,
    // biome-ignore lint/suspicious/noExplicitAny: an extension without types here is its user's to name.
  ): Promise<Name extends keyof ExtensionsWithTypes ? ExtensionsWithTypes[Name] : any>;
  /** The answer to one request. @throws Error when the server refuses it, or ends */
  ask<Result>(request: (reply: Reply<Result>) => void): Promise<Result>;
  atom(name: string): Promise<number>;
  /** Resolves when the server has carried out all that was asked for. @throws Error when it ends before */
  sync(): Promise<void>;
  close(): void;
}

export interface X11Options {
  /** The file with the cookies of the display; that of the user if undefined. */
  xauthority?: string | undefined;
  /** The server ended, or took the connection away; once, and not after `close`. */
  lost?: (reason: string) => void;
}

/** @throws Error in words when no X server answers there, or it lets nobody in */
export async function openX11(display: string, { xauthority, lost }: X11Options = {}): Promise<X11Connection> {
  const place = parseDisplay(display);
  if (!place) throw new Error(`${display} is no X display; one is written :0, or host:0`);
  const auth = await cookieOf(place.number, xauthority ?? join(homedir(), ".Xauthority"));
  const socket = await dial(display, place);
  return setUp({ display, socket, auth, lost });
}

/** `:1`, `:1.0`, `unix:1` and `host:1`; undefined for anything else. */
export function parseDisplay(display: string): { host: string; number: number } | undefined {
  const match = /^([\w.-]*):(\d{1,5})(?:\.\d{1,3})?$/.exec(display);
  if (!match) return undefined;
  return { host: match[1] === "unix" ? "" : (match[1] ?? ""), number: Number(match[2]) };
}

/** Without a cookie it is tried all the same: a server may let its own user in. */
async function cookieOf(display: number, file: string): Promise<XCookie> {
  const none = { name: "", data: "" };
  return readFile(file).then(
    (bytes) => findCookie(bytes, display, hostname()) ?? none,
    () => none,
  );
}

function dial(display: string, { host, number }: { host: string; number: number }): Promise<Socket> {
  const socket = host ? connect(TCP_BASE_PORT + number, host) : connect(`/tmp/.X11-unix/X${number}`);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => socket.destroy(new Error("it does not answer")), OPEN_TIMEOUT_MS);
    socket.once("connect", () => {
      clearTimeout(timer);
      socket.removeAllListeners("error");
      resolve(socket);
    });
    socket.once("error", (error) => {
      clearTimeout(timer);
      const code = errorCode(error);
      const isAbsent = code === "ENOENT" || code === "ECONNREFUSED";
      reject(new Error(isAbsent ? `there is no X display ${display}` : cannotBeReached(display, error.message)));
    });
  });
}

const cannotBeReached = (display: string, why: string): string => `the X display ${display} cannot be reached: ${why}`;

interface SetUp {
  display: string;
  socket: Socket;
  auth: XCookie;
  lost: ((reason: string) => void) | undefined;
}

async function setUp({ display, socket, auth, lost }: SetUp): Promise<X11Connection> {
  const waiting = new Set<(error: Error) => void>();
  let isOver = false;
  const over = (reason: string, isTold: boolean) => {
    if (isOver) return;
    isOver = true;
    for (const reject of waiting) reject(new Error(reason));
    waiting.clear();
    if (isTold) lost?.(reason);
  };

  const client = await new Promise<XClient>((resolve, reject) => {
    const timer = setTimeout(() => failed("it does not answer"), OPEN_TIMEOUT_MS);
    const failed = (why: string) => {
      clearTimeout(timer);
      socket.destroy();
      reject(new Error(isRefusal(why) ? notAuthorised(display) : cannotBeReached(display, why)));
    };
    // What is asked in one go is written in one go.
    const options = { stream: socket, auth, shm: false, bufferRequests: true };
    const opening = x11.createClient(options, (error) => {
      if (error) return failed(error.message);
      clearTimeout(timer);
      resolve(opening);
    });
    // A request about what is no longer there fails by itself, and concerns nobody else.
    opening.on("error", (error) => {
      if (!opening.display) failed(error.message);
      else if (typeof error.code === "string") over(`the X display ${display} is gone: ${error.code}`, true);
    });
  });
  socket.on("close", () => over(`the X display ${display} has ended`, true));
  if (socket.destroyed) over(`the X display ${display} has ended`, true);

  // The package keeps one table for all servers, and each numbers its atoms as it likes.
  client.atoms = { ...client.atoms };

  const [screen] = client.display.screen;
  if (!screen) throw new Error(`the X display ${display} has no screen`);

  function ask<Result>(request: (reply: Reply<Result>) => void): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (isOver) return reject(new Error(`the X display ${display} has ended`));
      waiting.add(reject);
      request((error, result) => {
        waiting.delete(reject);
        if (error) reject(new Error(`the X server refused a request: ${error.message}`));
        else resolve(result);
        return true;
      });
    });
  }

  return {
    client,
    screen,
    ask,
    extension: (name) =>
      ask((reply) =>
        client.require(name, (error, extension) => {
          reply(error ? new Error(`the X display ${display} has no ${name}`) : null, extension);
        }),
      ),
    sync: async () => {
      await ask((reply) => client.GetInputFocus(reply));
    },
    atom: (name) => ask((reply) => client.InternAtom(false, name, reply)),
    close: () => {
      over(`the connection to the X display ${display} was closed`, false);
      client.terminate();
    },
  };
}

const isRefusal = (why: string): boolean => /authori[sz]ation|MIT-MAGIC-COOKIE|No protocol specified/i.test(why);

const notAuthorised = (display: string): string =>
  `the X display ${display} does not let this user in: its cookie is in the Xauthority file of whoever started it`;
