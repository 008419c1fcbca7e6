import { createHash } from "node:crypto";
import { lstatSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The kernel's limit is 108 bytes on Linux and 104 on macOS, end mark included. */
const PATH_BYTES = 100;

/**
 * Where a socket of this state directory listens: in the directory itself, or, when that path is too long for the
 * kernel, in a private directory under the system's temporary one, named by the state directory's hash.
 */
export function socketPath(stateDir: string, name: string): string {
  const hash = createHash("sha256").update(stateDir).digest("hex").slice(0, 16);
  if (process.platform === "win32") return `\\\\.\\pipe\\sallyport-${hash}-${name}`;
  const path = join(stateDir, name);
  if (Buffer.byteLength(path) <= PATH_BYTES) return path;
  const shortDir = join(tmpdir(), `sallyport-${process.getuid?.() ?? ""}-${hash}`);
  mkdirSync(shortDir, { recursive: true, mode: 0o700 });
  assertPrivate(shortDir);
  return join(shortDir, name);
}

/** Anyone may make a directory under /tmp, so one that we did not make, or that others may write to, is not used. */
function assertPrivate(dir: string): void {
  const found = lstatSync(dir);
  const isOurs = found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o077) === 0;
  if (!isOurs) throw new Error(`${dir} is not a private directory of ours; use a shorter --state-dir`);
}
