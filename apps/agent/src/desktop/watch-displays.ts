/** Tells when X displays come or go: somebody signed in, or a virtual screen was started. */
import { readdir } from "node:fs/promises";

/** Where X servers of this machine listen. */
const SOCKETS = "/tmp/.X11-unix";
const LOOK_EVERY_MS = 30_000;

/** Returns what stops it. */
export function watchDisplays(
  changed: () => void,
  { folder = SOCKETS, everyMs = LOOK_EVERY_MS }: { folder?: string; everyMs?: number } = {},
): () => void {
  let known: string | undefined;
  const look = async () => {
    const names = await readdir(folder).catch(() => []);
    const now = names.sort().join();
    if (known !== undefined && known !== now) changed();
    known = now;
  };
  void look();
  const timer = setInterval(() => void look(), everyMs);
  timer.unref();
  return () => clearInterval(timer);
}
