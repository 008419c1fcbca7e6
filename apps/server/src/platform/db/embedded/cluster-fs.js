import { fdatasyncSync, fsyncSync } from "node:fs";
import { NodeFS } from "@electric-sql/pglite/nodefs";

const GROUP_AND_OTHERS = 0o077;

/**
 * What is used of Emscripten's NODEFS, which PGlite does not describe.
 * @typedef {{ nfd: number, path?: string }} Stream
 * @typedef {{ mode?: number }} Attributes
 * @typedef {{
 *   node_ops: {
 *     mknod: (parent: object, name: string, mode: number, device: number) => object,
 *     setattr: (node: object, attributes: Attributes) => void,
 *   },
 *   stream_ops: { fsync?: (stream: Stream) => number },
 *   tryFSOperation: <T>(operation: () => T) => T,
 * }} EmscriptenNodeFs
 */

/**
 * PGlite's folder on disk, with two things that Emscripten's NODEFS lacks.
 *
 * A working fsync(): NODEFS has none and answers "done", so PostgreSQL believes its write-ahead log to be on disk when
 * it is in the page cache. With this one operation every sync that PostgreSQL orders (log before commit; data files and
 * folders before a checkpoint counts) reaches the kernel, in PostgreSQL's own order. fdatasync() does not arrive here:
 * the server must run with wal_sync_method=fsync.
 *
 * Private files: without a umask some would be 0666.
 */
export class ClusterFS extends NodeFS {
  /**
   * @override
   * @param {Parameters<NodeFS["init"]>[0]} pglite
   * @param {Parameters<NodeFS["init"]>[1]} options
   * @returns {ReturnType<NodeFS["init"]>}
   */
  async init(pglite, options) {
    const result = await super.init(pglite, options);
    result.emscriptenOpts.preRun = [
      ...(result.emscriptenOpts.preRun ?? []),
      (module) => {
        if (!("NODEFS" in module)) throw new Error("invariant: this PGlite has no NODEFS to complete");
        const nodeFs = /** @type {EmscriptenNodeFs} */ (module.NODEFS);
        addSync(nodeFs);
        keepPrivate(nodeFs);
      },
    ];
    return result;
  }
}

/** @param {EmscriptenNodeFs} nodeFs */
function addSync(nodeFs) {
  nodeFs.stream_ops.fsync = (stream) => {
    // Segments of the log keep their size, so the cheaper sync is enough; it is also PostgreSQL's own choice on Linux.
    const isLogSegment = /\/pg_wal\/[0-9A-F]{24}$/.test(stream.path ?? "");
    nodeFs.tryFSOperation(() => (isLogSegment ? fdatasyncSync(stream.nfd) : fsyncSync(stream.nfd)));
    return 0;
  };
}

/** @param {EmscriptenNodeFs} nodeFs */
function keepPrivate(nodeFs) {
  const { mknod, setattr } = nodeFs.node_ops;
  nodeFs.node_ops.mknod = (parent, name, mode, device) => mknod(parent, name, mode & ~GROUP_AND_OTHERS, device);
  nodeFs.node_ops.setattr = (node, attributes) => {
    const { mode } = attributes;
    setattr(node, mode === undefined ? attributes : { ...attributes, mode: mode & ~GROUP_AND_OTHERS });
  };
}
