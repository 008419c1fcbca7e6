import { parseSession, SESSION_STORAGE_KEY, type Session } from "./session.ts";

/**
 * Owns the session in Local Storage.
 *
 * Invariants: the storage is the truth and is read at every look, so a tab never acts on tokens that another tab has
 * replaced; the same stored text gives the same object; listeners hear of changes made here and in other tabs.
 */
export class SessionStore {
  readonly #storage: Storage;
  readonly #listeners = new Set<() => void>();
  #text: string | null = null;
  #session: Session | undefined;

  /** @param events where `storage` events of other tabs arrive: the window. */
  constructor(storage: Storage, events?: EventTarget) {
    this.#storage = storage;
    events?.addEventListener("storage", (event) => {
      const { key } = event as StorageEvent;
      if (key === SESSION_STORAGE_KEY || key === null) this.#tell();
    });
  }

  readonly read = (): Session | undefined => {
    const text = this.#storage.getItem(SESSION_STORAGE_KEY);
    if (text !== this.#text) {
      this.#text = text;
      this.#session = parseSession(text);
    }
    return this.#session;
  };

  readonly write = (session: Session): void => {
    this.#storage.setItem(SESSION_STORAGE_KEY, JSON.stringify(session));
    this.#tell();
  };

  readonly clear = (): void => {
    this.#storage.removeItem(SESSION_STORAGE_KEY);
    this.#tell();
  };

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  };

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
