import { expect, test } from "vitest";
import { leaseLock } from "./cross-tab-lock.ts";
import { memoryStorage } from "./memory-storage.ts";

test("two tabs without Web Locks never work at the same time", async () => {
  const storage = memoryStorage();
  const tabs = [leaseLock(storage, soon), leaseLock(storage, soon), leaseLock(storage, soon)];
  let inside = 0;
  let most = 0;
  await Promise.all(
    tabs.map((exclusively) =>
      exclusively("refresh", async () => {
        most = Math.max(most, ++inside);
        await soon();
        inside--;
      }),
    ),
  );
  expect(most).toBe(1);
  expect(storage.length).toBe(0);
});

test("a lock is given back when the work fails", async () => {
  const storage = memoryStorage();
  const exclusively = leaseLock(storage, soon);
  await expect(exclusively("refresh", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  await expect(exclusively("refresh", async () => "again")).resolves.toBe("again");
});

async function soon(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 1));
}
