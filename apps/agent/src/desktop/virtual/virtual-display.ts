/** An X server without a screen (Xvfb), with a cookie of its own, and a session in it. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { rmSync, writeFileSync } from "node:fs";
import type { Readable } from "node:stream";
import type { StateDir } from "../../state/state-dir.ts";
import { openX11 } from "../x11/x11-connection.ts";
import { encodeCookieFile } from "../x11/xauthority.ts";
import type { ScreenSize } from "./screen-size.ts";
import { setScreenSize } from "./set-screen-size.ts";

/** Xvfb can become smaller than it started, never larger: viewers may ask for up to this. */
const LARGEST: ScreenSize = { width: 3_840, height: 2_160 };
const START_TIMEOUT_MS = 15_000;
const STOP_TIMEOUT_MS = 3_000;
const COOKIE_BYTES = 16;
/** The pipe on which the server tells its number. */
const NUMBER_PIPE = 3;

export interface StartedServer {
  display: string;
  process: ChildProcess;
}

/**
 * @param number of the display; the first free one if undefined
 * @throws Error in words when it does not start
 */
export async function startServer(
  { width, height }: ScreenSize,
  { number, dir, environment }: StartOptions,
): Promise<StartedServer> {
  const cookie = randomBytes(COOKIE_BYTES);
  writeCookie(dir, undefined, cookie);
  const screen = `${Math.max(width, LARGEST.width)}x${Math.max(height, LARGEST.height)}x24`;
  const args = [
    ...(number === undefined ? [] : [`:${number}`]),
    ...["-displayfd", String(NUMBER_PIPE), "-screen", "0", screen, "-auth", dir.virtualXauthority],
    // Nobody comes over the network, and it does not begin anew when the last program ends.
    ...["-nolisten", "tcp", "-noreset"],
  ];
  const server = spawn("Xvfb", args, {
    stdio: ["ignore", "ignore", "pipe", "pipe"],
    env: { ...environment },
    detached: true,
  });
  try {
    const told = await firstLine(server);
    const display = `:${told}`;
    writeCookie(dir, Number(told), cookie);
    const connection = await openX11(display, { xauthority: dir.virtualXauthority });
    await setScreenSize(connection, { width, height }).finally(() => connection.close());
    return { display, process: server };
  } catch (error) {
    server.kill("SIGKILL");
    throw error;
  }
}

interface StartOptions {
  number: number | undefined;
  dir: Pick<StateDir, "virtualXauthority">;
  environment: Record<string, string>;
}

function writeCookie({ virtualXauthority }: StartOptions["dir"], number: number | undefined, cookie: Buffer): void {
  rmSync(virtualXauthority, { force: true });
  writeFileSync(virtualXauthority, encodeCookieFile(number, cookie), { mode: 0o600, flag: "wx" });
}

/** The number that the server tells when programs can come. */
async function firstLine(server: ChildProcess): Promise<string> {
  const said: Buffer[] = [];
  server.stderr?.on("data", (part: Buffer) => said.length < 20 && said.push(part));
  const told = server.stdio[NUMBER_PIPE] as Readable;
  told.setEncoding("utf8");
  const failed = new Promise<never>((_, reject) => {
    server.once("error", (error) => reject(new Error(`Xvfb does not start: ${error.message}`)));
    server.once("exit", () => {
      const words = Buffer.concat(said)
        .toString()
        .split("\n")
        .map((line) => line.replace("(EE)", "").trim());
      const why = words
        .filter((line) => line !== "" && !/^Fatal server error/.test(line))
        .slice(0, 2)
        .join(" ");
      reject(new Error(`Xvfb has ended: ${why || "it does not say why"}`));
    });
    setTimeout(() => reject(new Error("Xvfb does not answer")), START_TIMEOUT_MS).unref();
  });
  const [line] = (await Promise.race([once(told, "data"), failed])) as [string];
  failed.catch(() => {});
  return line.trim();
}

/** Ends a process with all that it started in its group, by force if it does not go. */
export async function endGroup(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  signalGroup(child.pid, "SIGTERM");
  const timer = setTimeout(() => signalGroup(child.pid ?? 0, "SIGKILL"), STOP_TIMEOUT_MS);
  await ended;
  clearTimeout(timer);
}

export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // It has gone.
  }
}
