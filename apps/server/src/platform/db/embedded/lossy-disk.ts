import { fstatSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ClusterFS } from "./cluster-fs.js";

const SECTOR_BYTES = 512;

interface Node {
  name: string;
  parent: Node;
  mount: { opts: { root: string } };
}
interface Stream {
  nfd: number;
  node: Node;
}
type Attributes = { size?: number };
interface NodeFs {
  realPath(node: Node): string;
  node_ops: {
    setattr(node: Node, attributes: Attributes): void;
    rename(node: Node, toFolder: Node, toName: string): void;
    unlink(parent: Node, name: string): void;
  };
  stream_ops: {
    setattr(stream: Stream, attributes: Attributes): void;
    write(stream: Stream, buffer: Uint8Array, offset: number, length: number, position: number): number;
    fsync(stream: Stream): number;
  };
}
type Change = { position: number; bytes: Buffer } | { size: number };

/**
 * A cluster's folder that also keeps what a power loss at this instant would leave. A file's bytes are safe once it is
 * synced (and then so is its own name, as on ext4, xfs and btrfs, which PostgreSQL relies on); names made, moved or removed
 * are safe once their folder is synced. Test double.
 */
export class LossyDisk extends ClusterFS {
  /** Called before each write and sync with its number: the moment to cut the power in the middle of things. */
  onOperation: (operation: number) => void = () => {};
  readonly #folder: string;
  readonly #safeBytes = new Map<number, Buffer>();
  readonly #safeNames = new Map<string, number>();
  readonly #unsafe = new Map<number, Change[]>();
  // The system gives the inode of a removed file to a new one, so files have numbers of our own.
  readonly #fileOfInode = new Map<number, number>();
  #files = 0;
  #operations = 0;

  constructor(folder: string) {
    super(folder);
    this.#folder = folder;
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const name = path.join(entry.parentPath, entry.name);
      const file = this.#fileOf(statSync(name).ino);
      this.#safeNames.set(name, file);
      this.#safeBytes.set(file, readFileSync(name));
    }
  }

  /** Writes to `folder` what the disk has after a power loss now; keepsUnsafe decides for each unsynced 512-byte sector. */
  cutPower(folder: string, keepsUnsafe: () => boolean): void {
    mkdirSync(folder, { mode: 0o700 });
    for (const entry of readdirSync(this.#folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isDirectory()) continue;
      mkdirSync(path.join(folder, path.relative(this.#folder, path.join(entry.parentPath, entry.name))), {
        recursive: true,
      });
    }
    for (const [name, file] of this.#safeNames) {
      const sectors = (this.#unsafe.get(file) ?? []).flatMap(intoSectors).filter(keepsUnsafe);
      const bytes = sectors.reduce(changed, Buffer.from(this.#safeBytes.get(file) ?? []));
      writeFileSync(path.join(folder, path.relative(this.#folder, name)), bytes);
    }
  }

  override async init(...args: Parameters<ClusterFS["init"]>): ReturnType<ClusterFS["init"]> {
    const result = await super.init(...args);
    const watch = (module: object) => this.#watch((module as { NODEFS: NodeFs }).NODEFS);
    result.emscriptenOpts.preRun = [...(result.emscriptenOpts.preRun ?? []), watch];
    return result;
  }

  #watch(nodeFs: NodeFs): void {
    const { node_ops: nodes, stream_ops: streams } = nodeFs;
    const nodeSetattr = nodes.setattr;
    nodes.setattr = (node, attributes) => {
      if (attributes.size !== undefined) this.#change(statSync(nodeFs.realPath(node)).ino, { size: attributes.size });
      nodeSetattr(node, attributes);
    };
    const { rename, unlink } = nodes;
    nodes.rename = (node, toFolder, toName) => {
      this.#forgetInode(path.join(nodeFs.realPath(toFolder), toName));
      rename(node, toFolder, toName);
    };
    nodes.unlink = (parent, name) => {
      this.#forgetInode(path.join(nodeFs.realPath(parent), name));
      unlink(parent, name);
    };
    const { setattr, write, fsync } = streams;
    streams.setattr = (stream, attributes) => {
      if (attributes.size !== undefined) this.#change(fstatSync(stream.nfd).ino, { size: attributes.size });
      setattr(stream, attributes);
    };
    streams.write = (stream, buffer, offset, length, position) => {
      this.onOperation(++this.#operations);
      const bytes = Buffer.from(buffer.subarray(offset, offset + length));
      this.#change(fstatSync(stream.nfd).ino, { position, bytes });
      return write(stream, buffer, offset, length, position);
    };
    streams.fsync = (stream) => {
      this.onOperation(++this.#operations);
      const answer = fsync(stream);
      this.#keep(stream, nodeFs.realPath(stream.node));
      return answer;
    };
  }

  #keep(stream: Stream, name: string): void {
    const stats = fstatSync(stream.nfd);
    if (stats.isFile()) {
      const file = this.#fileOf(stats.ino);
      this.#safeBytes.set(
        file,
        (this.#unsafe.get(file) ?? []).reduce(changed, this.#safeBytes.get(file) ?? Buffer.alloc(0)),
      );
      this.#unsafe.delete(file);
      this.#safeNames.set(name, file);
      return;
    }
    for (const known of this.#safeNames.keys()) if (path.dirname(known) === name) this.#safeNames.delete(known);
    for (const entry of readdirSync(name, { withFileTypes: true })) {
      const child = path.join(name, entry.name);
      if (entry.isFile()) this.#safeNames.set(child, this.#fileOf(statSync(child).ino));
    }
  }

  #change(inode: number, change: Change): void {
    const file = this.#fileOf(inode);
    const changes = this.#unsafe.get(file);
    if (changes) changes.push(change);
    else this.#unsafe.set(file, [change]);
  }

  #fileOf(inode: number): number {
    const file = this.#fileOfInode.get(inode) ?? ++this.#files;
    this.#fileOfInode.set(inode, file);
    return file;
  }

  #forgetInode(name: string): void {
    const stats = statSync(name, { throwIfNoEntry: false });
    if (stats) this.#fileOfInode.delete(stats.ino);
  }
}

/** `bytes` with one change made. Works in place while the size stays, as log segments are large and change often. */
function changed(bytes: Buffer, change: Change): Buffer {
  const end = "size" in change ? change.size : Math.max(bytes.length, change.position + change.bytes.length);
  const result = end === bytes.length ? bytes : Buffer.concat([bytes], end);
  if ("bytes" in change) change.bytes.copy(result, change.position);
  return result;
}

function intoSectors(change: Change): Change[] {
  if ("size" in change) return [change];
  const { position, bytes } = change;
  return Array.from({ length: Math.ceil(bytes.length / SECTOR_BYTES) }, (_, index) => ({
    position: position + index * SECTOR_BYTES,
    bytes: bytes.subarray(index * SECTOR_BYTES, (index + 1) * SECTOR_BYTES),
  }));
}
