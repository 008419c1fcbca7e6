const BLOCK_BYTES = 512;
const NAME = { offset: 0, length: 100 };
const MODE = { offset: 100, length: 8 };
const SIZE = { offset: 124, length: 12 };
const CHECKSUM = { offset: 148, length: 8 };
const TYPE_OFFSET = 156;
const MAGIC_OFFSET = 257;
const FILE_TYPE = "0";
const FOLDER_TYPE = "5";

/** One entry of an archive. name is relative, with forward slashes; a folder has no bytes. */
export interface TarEntry {
  name: string;
  bytes: Uint8Array | undefined;
}

/** Packs entries as a plain ustar archive that `tar tf` reads. Names over 100 bytes are refused: a cluster has none. */
export function packTar(entries: readonly TarEntry[]): Buffer {
  const blocks = entries.flatMap(({ name, bytes }) => {
    if (Buffer.byteLength(name) > NAME.length) throw new Error(`invariant: ${name} is too long for a template`);
    const content = bytes ?? new Uint8Array(0);
    const padding = Buffer.alloc((BLOCK_BYTES - (content.length % BLOCK_BYTES)) % BLOCK_BYTES);
    return [header(name, bytes), content, padding];
  });
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK_BYTES)]);
}

/** Lists the files and folders of a ustar archive, in its order. bytes are views, not copies. Throws when it is cut short. */
export function unpackTar(archive: Buffer): TarEntry[] {
  const entries: TarEntry[] = [];
  let position = 0;
  for (;;) {
    const head = archive.subarray(position, position + BLOCK_BYTES);
    if (head.length < BLOCK_BYTES) throw new Error("the archive is cut short");
    if (head[0] === 0) return entries;
    if (checksum(head) !== readOctal(head, CHECKSUM)) throw new Error("the archive is damaged");
    const size = readOctal(head, SIZE);
    const start = position + BLOCK_BYTES;
    const isFolder = String.fromCharCode(head[TYPE_OFFSET] ?? 0) === FOLDER_TYPE;
    entries.push({ name: readText(head, NAME), bytes: isFolder ? undefined : archive.subarray(start, start + size) });
    position = start + Math.ceil(size / BLOCK_BYTES) * BLOCK_BYTES;
  }
}

function header(name: string, bytes: Uint8Array | undefined): Buffer {
  const head = Buffer.alloc(BLOCK_BYTES);
  head.write(name, NAME.offset);
  head.write(bytes ? "0000600\0" : "0000700\0", MODE.offset);
  head.write("0000000\0".repeat(2), MODE.offset + MODE.length);
  head.write(`${octal(bytes?.length ?? 0, SIZE.length)}${octal(0, SIZE.length)}`, SIZE.offset);
  head.write(bytes ? FILE_TYPE : FOLDER_TYPE, TYPE_OFFSET);
  head.write("ustar\x0000", MAGIC_OFFSET);
  head.write(octal(checksum(head), CHECKSUM.length), CHECKSUM.offset);
  return head;
}

function octal(value: number, length: number): string {
  return `${value.toString(8).padStart(length - 1, "0")}\0`;
}

/** Sum of the header's bytes with the checksum field itself read as spaces. */
function checksum(head: Uint8Array): number {
  return head.reduce((sum, byte, index) => {
    const isChecksum = index >= CHECKSUM.offset && index < CHECKSUM.offset + CHECKSUM.length;
    return sum + (isChecksum ? 0x20 : byte);
  }, 0);
}

function readText(head: Buffer, { offset, length }: { offset: number; length: number }): string {
  return head.toString("utf8", offset, offset + length).replace(/\0.*$/s, "");
}

function readOctal(head: Buffer, field: { offset: number; length: number }): number {
  return Number.parseInt(readText(head, field), 8);
}
