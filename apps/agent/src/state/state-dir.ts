import { chmodSync, existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { UsageError } from "../usage-error.ts";
import { socketPath } from "./socket-path.ts";

/** Where one agent keeps everything: its registration, its log, and the sockets of its two processes. */
export interface StateDir {
  path: string;
  registrationFile: string;
  deviceFile: string;
  logFile: string;
  pidFile: string;
  /** The session host listens here for the link. */
  hostSocket: string;
  /** The link listens here for `ztna status` and `ztna down`. */
  linkSocket: string;
  /** Which display `ztna desktop --virtual` has started, and its cookie. */
  virtualDisplayFile: string;
  virtualXauthority: string;
}

/**
 * Makes the directory where it does not exist, and sees to it that nobody else can look into it.
 *
 * @throws UsageError for a directory that others use too, such as /tmp: closing it would lock them out
 */
export function openStateDir(at: string): StateDir {
  const path = resolve(at);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const dir = {
    path,
    registrationFile: join(path, "registration.json"),
    deviceFile: join(path, "device.json"),
    logFile: join(path, "agent.log"),
    pidFile: join(path, "agent.pid"),
    hostSocket: socketPath(path, "host.sock"),
    linkSocket: socketPath(path, "link.sock"),
    virtualDisplayFile: join(path, "virtual-display.json"),
    virtualXauthority: join(path, "virtual-display.xauth"),
  };
  if (process.platform !== "win32") makePrivate(dir);
  return dir;
}

function makePrivate({ path, deviceFile }: StateDir): void {
  if ((statSync(path).mode & 0o077) === 0) return;
  if (!existsSync(deviceFile) && readdirSync(path).length > 0) {
    throw new UsageError(
      `${path} is open to other users and holds other things; give the agent a directory of its own`,
    );
  }
  chmodSync(path, 0o700);
}
