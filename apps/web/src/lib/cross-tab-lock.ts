/** What one tab at a time may do. */
export type Exclusively = <Result>(name: string, work: () => Promise<Result>) => Promise<Result>;

const LEASE_MS = 15_000;
const SETTLE_MS = 60;
const RETRY_MS = 120;

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Where there are no Web Locks (plain http outside loopback): a lease in Local Storage, written, then read back. */
export function leaseLock(storage: Storage, wait: (ms: number) => Promise<void> = pause): Exclusively {
  return async (name, work) => {
    const key = `sallyport_lock_${name}`;
    const mine = Math.random().toString(36).slice(2);
    const holder = (): { id: string; until: number } | undefined => {
      const [id = "", until = "0"] = (storage.getItem(key) ?? "").split(" ");
      return Number(until) > Date.now() ? { id, until: Number(until) } : undefined;
    };
    for (;;) {
      if (!holder()) {
        storage.setItem(key, `${mine} ${Date.now() + LEASE_MS}`);
        // Another tab may have written in the same moment: the last one wins, after both had time to see it.
        await wait(SETTLE_MS);
        if (holder()?.id === mine) break;
      }
      await wait(RETRY_MS);
    }
    try {
      return await work();
    } finally {
      if (holder()?.id === mine) storage.removeItem(key);
    }
  };
}

/** Runs `work` while no other tab of this origin runs work of the same name. */
export const exclusively: Exclusively = (name, work) =>
  "locks" in navigator
    ? // The lock manager's promise is typed by what the callback resolves to.
      navigator.locks.request(name, work)
    : leaseLock(localStorage)(name, work);
