/** Tells when X displays come or go: somebody signed in, or a virtual screen was started. */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

/** Where X servers of this machine listen. */
const SOCKETS = "/tmp/.X11-unix";
const LOOK_EVERY_MS = 5_000;

/** Which sockets there are. One that was left by a server that was killed is another than that of the next server. */
export async function listSockets(folder: string): Promise<string> {
  const names = await readdir(folder).catch(() => []);
  const each = names.sort().map(async (name) => {
    const { ino, ctimeMs } = await stat(join(folder, name));
    return [name, ino, ctimeMs].join(" ");
  });
  return (await Promise.all(each.map((found) => found.catch(() => "")))).join();
}

/** Returns what stops it. */
export function watchDisplays(
  changed: () => void,
  {
    everyMs = LOOK_EVERY_MS,
    list = () => listSockets(SOCKETS),
  }: { everyMs?: number; list?: () => Promise<string> } = {},
): () => void {
  let known: string | undefined;
  let isLooking = false;
  const look = async () => {
    // One that overtook another would tell of what is no more.
    if (isLooking) return;
    isLooking = true;
    const now = await list();
    isLooking = false;
    if (known !== undefined && known !== now) changed();
    known = now;
  };
  void look();
  const timer = setInterval(() => void look(), everyMs);
  timer.unref();
  return () => clearInterval(timer);
}
