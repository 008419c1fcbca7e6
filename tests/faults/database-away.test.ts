/** F-07a: the database goes away under a live session and under people who open others, and comes back. */
import { shellApi } from "@sallyport/protocol";
import pg from "pg";
import { afterEach, describe, expect, test } from "vitest";
import { Cluster } from "../harness/cluster.ts";
import { isMissing } from "../harness/services.ts";
import { TestWindow } from "../harness/window.ts";
import { TruthWindow, wait } from "./truth-window.ts";

const AWAY_MS = process.env.NIGHTLY ? 30_000 : 8_000;
const WINDOWS = 6;

let cluster: Cluster;
afterEach(() => cluster.stop());

async function rows(statement: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: cluster.postgres.url });
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

describe.skipIf(isMissing("PostgreSQL", "nats-server"))("a PostgreSQL", () => {
  interface Way {
    leave(): Promise<void> | void;
    comeBack(): Promise<void> | void;
    /** What a call comes to meanwhile. One that is held answers late: nobody knows that it will not. */
    answer: string;
  }
  const ways: [string, Way][] = [
    [
      "that is killed",
      {
        leave: () => cluster.postgres.kill(),
        comeBack: () => cluster.postgres.startAgain(),
        answer: "DB_UNAVAILABLE",
      },
    ],
    [
      "that answers nobody",
      { leave: () => cluster.postgres.pause(), comeBack: () => cluster.postgres.resume(), answer: "done" },
    ],
  ];

  test.each(ways)("F-07a %s stops no session and leaves no half of one", { timeout: 120_000 }, async (name, way) => {
    cluster = await Cluster.start({ nodes: 1 });
    const agent = await cluster.startAgent();
    const where = { baseUrl: cluster.url, who: cluster.owner, machineId: agent.machine.id };
    const truth = await TruthWindow.open(where);
    truth.startTyping();
    await way.leave();
    const leftAt = performance.now();
    const { api, orgId } = cluster.owner;
    const which = { org_id: orgId, machine_id: agent.machine.id };
    let answeredMs = 0;
    const answer = api
      .act(shellApi, "create_session", which)
      .then(
        () => "done",
        (error: { code?: string }) => error.code,
      )
      .finally(() => {
        answeredMs = performance.now() - leftAt;
      });
    // New windows are refused for now; each waits and tries again, as its person would.
    const windows = Array.from({ length: WINDOWS }, () => new TestWindow(where));
    const movedMs: number[] = [];
    while (performance.now() - leftAt < AWAY_MS) {
      movedMs.push(await truth.moves(5_000));
      await wait(100);
    }
    await way.comeBack();
    const backAt = performance.now();
    await Promise.all(
      windows.map(async (window) => {
        if (window.state === "refused") window.session.retryNow();
        await window.is("connected");
      }),
    );
    const openedMs = performance.now() - backAt;
    for (const window of windows) window.type("exit\r");
    await Promise.all(windows.map((window) => window.is("ended")));
    await truth.quits();
    expect(await answer).toBe(way.answer);
    await cluster.until(
      async () => (await rows("SELECT 1 FROM sessions WHERE status = 'active'")).length === 0,
      "all sessions to be written as ended",
    );
    // One row each, ended by its program, and each with its beginning and its end in the audit log.
    expect(await rows("SELECT cause, count(*)::int AS n FROM sessions GROUP BY cause")).toEqual([
      { cause: "exited", n: WINDOWS + 1 },
    ]);
    const audit = await rows(
      `SELECT action, count(DISTINCT metadata->>'session_id')::int AS sessions, count(*)::int AS n FROM audit_logs
       WHERE action IN ('session.connected', 'session.disconnected') GROUP BY action ORDER BY action`,
    );
    expect(audit).toEqual([
      { action: "session.connected", sessions: WINDOWS + 1, n: WINDOWS + 1 },
      { action: "session.disconnected", sessions: WINDOWS + 1, n: WINDOWS + 1 },
    ]);
    console.info(
      `F-07a ${name}: away ${AWAY_MS} ms, ${truth.summary}; longest wait for output meanwhile ` +
        `${Math.max(...movedMs).toFixed(0)} ms; ${way.answer} after ${answeredMs.toFixed(0)} ms; ` +
        `${WINDOWS} windows open ${openedMs.toFixed(0)} ms after its return`,
    );
  });
});
