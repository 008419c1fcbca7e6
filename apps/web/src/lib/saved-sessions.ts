/**
 * What a tab remembers of its terminals over a reload: which session, that it is the same window, and what was drawn.
 * In Session Storage, which belongs to one tab and goes with it.
 */
import { z } from "zod";

export const DrawnScreen = z.object({
  /** What draws the screen, with its scrollback, on an empty terminal of this size. */
  text: z.string(),
  /** Bytes, one per character, of a sequence or letter that was drawn only in part. */
  tail: z.string(),
  cols: z.number().int().positive(),
  rows: z.number().int().positive(),
});
export type DrawnScreen = z.infer<typeof DrawnScreen>;

const SavedSession = z.object({
  sessionId: z.uuid(),
  userId: z.uuid(),
  /** Only of a page that is gone: a copy of a tab that lives is another window, and must ask before it takes over. */
  reattachToken: z.string().min(1).optional(),
  savedAt: z.number(),
  /** `have`: exactly the output before this offset is drawn. Both or none. */
  drawn: z.object({ have: z.number().int().nonnegative(), screen: DrawnScreen }).optional(),
});
export type SavedSession = z.infer<typeof SavedSession>;

const PREFIX = "sallyport_session:";
/** As many as a browser tab shows at once; what it showed before comes back as the machine knows it. */
const KEPT = 12;

export class SavedSessions {
  readonly #storage: Storage;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  /** Of this person only: somebody else may have signed in on the same tab. */
  read(sessionId: string, userId: string): SavedSession | undefined {
    const saved = this.#parse(PREFIX + sessionId);
    return saved?.sessionId === sessionId && saved.userId === userId ? saved : undefined;
  }

  write(session: SavedSession): void {
    const key = PREFIX + session.sessionId;
    const { drawn: _, ...rest } = session;
    // To be the same window after a reload matters more than any screen, and one's own screen more than the others'.
    if (!this.#tryWrite(key, session)) {
      this.#forgetScreens(key);
      if (!this.#tryWrite(key, session)) this.#tryWrite(key, rest);
    }
    for (const old of this.#keys().slice(KEPT)) this.#storage.removeItem(old);
  }

  remove(sessionId: string): void {
    this.#storage.removeItem(PREFIX + sessionId);
  }

  /** Forgets everything that was on the screen of whoever was signed in. */
  clear(): void {
    for (const key of this.#keys()) this.#storage.removeItem(key);
  }

  /** False: the storage is full. Then a reload shows the screen as the machine knows it, and asks before it takes over. */
  #tryWrite(key: string, session: SavedSession): boolean {
    try {
      this.#storage.setItem(key, JSON.stringify(session));
      return true;
    } catch {
      return false;
    }
  }

  #forgetScreens(exceptKey: string): void {
    for (const key of this.#keys()) {
      const saved = key === exceptKey ? undefined : this.#parse(key);
      if (!saved?.drawn) continue;
      const { drawn: _, ...rest } = saved;
      this.#tryWrite(key, rest);
    }
  }

  /** Newest first. */
  #keys(): string[] {
    const keys = Array.from({ length: this.#storage.length }, (_, index) => this.#storage.key(index) ?? "");
    const savedAt = new Map(
      keys.filter((key) => key.startsWith(PREFIX)).map((key) => [key, this.#parse(key)?.savedAt ?? 0]),
    );
    return [...savedAt].toSorted(([, one], [, other]) => other - one).map(([key]) => key);
  }

  #parse(key: string): SavedSession | undefined {
    const text = this.#storage.getItem(key);
    if (text === null) return undefined;
    try {
      return SavedSession.safeParse(JSON.parse(text)).data;
    } catch {
      return undefined;
    }
  }
}
