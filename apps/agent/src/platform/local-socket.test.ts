import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { listenExclusively } from "./local-socket.ts";

test("the place of one that goes at that very moment is taken", async () => {
  const folder = mkdtempSync(join(tmpdir(), "local-socket-"));
  const path = join(folder, "link.sock");
  const first = await listenExclusively(path, () => {});
  // The place is found taken at once, and whose it is later.
  const taking = listenExclusively(path, () => {});
  first?.close();
  const second = await taking;
  onTestFinished(() => {
    second?.close();
    rmSync(folder, { recursive: true });
  });
  expect(second).toBeDefined();
});
