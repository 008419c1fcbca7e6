import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import { expect, test } from "vitest";
import { openEmbeddedDatabase } from "./open-embedded-database.ts";
import { startFixture } from "./start-fixture.ts";

const WRITES_ROWS = new URL("./writes-rows.fixture.ts", import.meta.url);
// Some 2 s each; more of them at night.
const KILLS = Number(process.env.SALLYPORT_KILLS ?? 5);

test("kill -9 in the middle of writing loses no acknowledged row", { timeout: KILLS * 20_000 }, async () => {
  const dataDir = await mkdtemp(path.join(tmpdir(), "sallyport-kill-"));
  for (let round = 1; round <= KILLS; round += 1) {
    const writer = startFixture(WRITES_ROWS, dataDir);
    await writer.untilLines((round % 5) * 40 + 20);
    await writer.kill();
    const lastAcknowledged = Number(writer.lines.at(-1));

    const database = await openEmbeddedDatabase({ dataDir });
    const pool = new pg.Pool(database.poolConfig);
    const { rows } = await pool.query("SELECT count(*)::int AS count, max(number) AS last FROM numbers");
    await pool.end();
    await database.close();
    const [{ count, last }] = rows;
    expect(last).toBeGreaterThanOrEqual(lastAcknowledged);
    expect(count, "every number up to the last is there").toBe(last);
  }
  await rm(dataDir, { recursive: true });
});
