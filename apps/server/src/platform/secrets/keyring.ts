/** The server's own secrets: one master, from the environment or DATA_DIR, and keys derived from it by purpose. */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import { access, link, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

const FILE = "session-token-secret";
const IV_BYTES = 12;
const TAG_BYTES = 16;
const SEAL_VERSION = "v1";

export class Keyring {
  readonly #master: Buffer;
  readonly #sealKey: Buffer;

  /** @param masterHex 64 hexadecimal characters. */
  constructor(masterHex: string) {
    this.#master = Buffer.from(masterHex, "hex");
    this.#sealKey = this.derive("machine secrets at rest");
  }

  /** A 32-byte key for one purpose; knowing it tells nothing about the others. */
  derive(purpose: string): Buffer {
    return Buffer.from(hkdfSync("sha256", this.#master, "", `sallyport/1 ${purpose}`, 32));
  }

  /** Encrypts text that must be readable again, bound to what it belongs to, so that it cannot be moved elsewhere. */
  seal(text: string, belongsTo: string): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv("aes-256-gcm", this.#sealKey, iv, { authTagLength: TAG_BYTES });
    cipher.setAAD(Buffer.from(belongsTo));
    const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
    return `${SEAL_VERSION}.${Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString("base64url")}`;
  }

  /** @throws Error when the text was sealed with another master secret, or for something else. */
  open(sealed: string, belongsTo: string): string {
    const [version, body = ""] = sealed.split(".", 2);
    if (version !== SEAL_VERSION) throw new Error("this secret was sealed by a version that is not known here");
    const bytes = Buffer.from(body, "base64url");
    const decipher = createDecipheriv("aes-256-gcm", this.#sealKey, bytes.subarray(0, IV_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(Buffer.from(belongsTo));
    decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
    return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]).toString("utf8");
  }
}

/** Reads the master secret of this DATA_DIR, making it at the first start. */
export async function loadMasterSecret(dataDir: string): Promise<string> {
  const file = join(dataDir, FILE);
  await access(file).catch(() => makeMasterSecret(dataDir, file));
  const secret = (await readFile(file, "utf8")).trim();
  if (!/^[0-9a-f]{64}$/.test(secret)) throw new Error(`${file} does not hold 64 hexadecimal characters`);
  return secret;
}

/** Whole or not at all: two first starts cannot each believe in a secret of their own, nor read half of one. */
async function makeMasterSecret(dataDir: string, file: string): Promise<void> {
  const draft = join(dataDir, `${FILE}.${randomBytes(6).toString("hex")}`);
  try {
    await writeFile(draft, `${randomBytes(32).toString("hex")}\n`, { mode: 0o600, flag: "wx" });
    await link(draft, file);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  } finally {
    await rm(draft, { force: true });
  }
}
