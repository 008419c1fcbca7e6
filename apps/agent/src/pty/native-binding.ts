import { createRequire } from "node:module";
import { PtySpawnError } from "./pty.ts";

/**
 * The part of node-pty's native module that we use. These are internals of @lydell/node-pty 1.1.0, the same on Linux
 * and macOS: the version is pinned, and pty-node.test.ts fails when they change.
 */
export type NativeBinding = {
  /** Both descriptors come back non-blocking and without close-on-exec. */
  open(cols: number, rows: number): { master: number; slave: number; pty: string };
  resize(master: number, cols: number, rows: number): void;
};

const require = createRequire(import.meta.url);
let loaded: NativeBinding | undefined;

export function nativeBinding(): NativeBinding {
  loaded ??= load();
  return loaded;
}

function load(): NativeBinding {
  if (process.platform !== "linux" && process.platform !== "darwin") {
    throw new PtySpawnError(
      "PLATFORM_UNSUPPORTED",
      `This agent opens terminals on Linux and macOS only, not on ${process.platform}.`,
    );
  }
  const binary = `@lydell/node-pty-${process.platform}-${process.arch}/pty.node`;
  try {
    // The binary is a dependency of @lydell/node-pty, not ours, so it is looked up from there.
    return createRequire(require.resolve("@lydell/node-pty"))(binary);
  } catch (cause) {
    throw new PtySpawnError("PLATFORM_UNSUPPORTED", `The terminal library ${binary} does not load here.`, { cause });
  }
}
