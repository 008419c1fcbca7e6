/** Files of X cookies, as libXau writes them: who holds a display's cookie may use the display. */

/** Of an entry's address: the machine's own name, or anything. */
const FAMILY_LOCAL = 256;
const FAMILY_WILD = 65_535;
const COOKIE = "MIT-MAGIC-COOKIE-1";

interface Entry {
  family: number;
  address: string;
  /** The number of the display; empty for any. */
  display: string;
  name: string;
  data: string;
}

/** The cookie of a display, both parts as Latin-1. */
export interface XCookie {
  name: string;
  data: string;
}

/** What can be read of a file; of a damaged one, what comes before the damage. */
function parse(file: Buffer): Entry[] {
  const entries: Entry[] = [];
  let offset = 0;
  const field = (): string | undefined => {
    if (offset + 2 > file.length) return undefined;
    const end = offset + 2 + file.readUInt16BE(offset);
    if (end > file.length) return undefined;
    const text = file.toString("latin1", offset + 2, end);
    offset = end;
    return text;
  };
  while (offset + 2 <= file.length) {
    const family = file.readUInt16BE(offset);
    offset += 2;
    const [address, display, name, data] = [field(), field(), field(), field()];
    if (address === undefined || display === undefined || name === undefined || data === undefined) break;
    entries.push({ family, address, display, name, data });
  }
  return entries;
}

/**
 * The cookie for a display of this machine. An entry under another machine's name counts when nothing fits better: the
 * name may have changed since somebody signed in.
 */
export function findCookie(file: Buffer, display: number, hostname: string): XCookie | undefined {
  const usable = parse(file).filter(
    (entry) => entry.name === COOKIE && (entry.display === String(display) || entry.display === ""),
  );
  const best =
    usable.find(({ family, address }) => family === FAMILY_LOCAL && address === hostname) ??
    usable.find(({ family }) => family === FAMILY_WILD) ??
    usable.find(({ family }) => family === FAMILY_LOCAL) ??
    usable[0];
  return best && { name: best.name, data: best.data };
}

/** A file with the one cookie of a display, or of whichever display, good under any machine's name. */
export function encodeCookieFile(display: number | undefined, cookie: Buffer): Buffer {
  const family = Buffer.alloc(2);
  family.writeUInt16BE(FAMILY_WILD);
  return Buffer.concat([family, field(""), field(String(display ?? "")), field(COOKIE), field(cookie)]);
}

function field(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value as string, "latin1");
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
