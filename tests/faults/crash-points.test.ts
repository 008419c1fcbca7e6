/** F-24: the control plane is killed while sessions are being made: none is half there afterwards. */
import { shellApi } from "@sallyport/protocol";
import { afterEach, describe, expect, test } from "vitest";
import { Cluster } from "../harness/cluster.ts";
import type { RunningAgent } from "../harness/control-plane.ts";
import { isMissing } from "../harness/services.ts";
import { TestWindow } from "../harness/window.ts";
import { childrenOf, query, startedSessions } from "./shells.ts";
import { wait } from "./truth-window.ts";

/** Each leaves at most one session that was never started, and a person may have twenty. */
const KILLS = 8;
const RUNS = process.env.NIGHTLY ? 20 : 1;
/** From `create_session` to the first output it takes some 50 ms; a little before, a little after. */
const KILL_WITHIN_MS = 120;

let cluster: Cluster;
afterEach(() => cluster.stop());

const rows = (statement: string) => query(cluster.postgres.url, statement);

describe.skipIf(isMissing("PostgreSQL", "nats-server"))("a control plane that is killed", () => {
  test(
    `F-24 ${RUNS * KILLS} times at any moment of an opening leaves no session without a shell, nor shell without a session`,
    async () => {
      cluster = await Cluster.start({ nodes: 1 });
      const agent = await cluster.startAgent();
      for (let run = 0; run < RUNS; run++) {
        for (let kill = 0; kill < KILLS; kill++) await killWhileOpening(agent);
        await expectNothingHalf(agent);
        await cluster.endSessions();
      }
      const started = startedSessions(agent.stateDir).size;
      const [made] = await rows("SELECT count(*)::int AS n FROM sessions");
      console.info(`F-24: ${RUNS * KILLS} kills; ${made?.n} sessions, ${started} shells, none half`);
    },
    RUNS * KILLS * 15_000 + 60_000,
  );
});

/** Three people open; one gives up with the kill, one goes on to the end, one is ended by somebody else. */
async function killWhileOpening({ machine }: RunningAgent): Promise<void> {
  const where = { baseUrl: cluster.url, who: cluster.owner, machineId: machine.id };
  const [leaves, stays, other] = [new TestWindow(where), new TestWindow(where), new TestWindow(where)];
  await wait(Math.random() * KILL_WITHIN_MS);
  await cluster.kill(0);
  leaves.session.close();
  await cluster.restart(0);
  await Promise.all([stays.is("connected"), other.is("connected")]);
  stays.type("exit 3\r");
  await stays.is("ended");
  expect(stays.states.at(-1)).toMatchObject({ exit: { exit_code: 3 } });
  const { api, orgId } = cluster.owner;
  await api.act(shellApi, "end_session", { org_id: orgId, session_id: other.session.sessionId ?? "" });
  await other.is("ended");
}

async function expectNothingHalf(agent: RunningAgent): Promise<void> {
  const host = (await cluster.hostPid(agent)) ?? 0;
  // Who never saw a shell is waited for only a while: that this while is over is all that is made up here.
  await rows("UPDATE sessions SET created_at = created_at - interval '1 hour' WHERE started_at IS NULL");
  const active = () => rows("SELECT id, started_at FROM sessions WHERE status = 'active'");
  const isSettled = async () => {
    const all = await active();
    return all.every(({ started_at }) => started_at !== null) && all.length === childrenOf(host).length;
  };
  await cluster.until(isSettled, "rows and shells to agree").catch(async (error: Error) => {
    throw new Error(`${childrenOf(host).length} shells; rows: ${JSON.stringify(await active())}\n${error.message}`);
  });
  const recorded = await rows(
    "SELECT metadata->>'session_id' AS id FROM audit_logs WHERE action = 'session.connected'",
  );
  const ids = recorded.map(({ id }) => String(id));
  expect(new Set(ids).size).toBe(ids.length);
  expect([...startedSessions(agent.stateDir)].filter((id) => !ids.includes(id))).toEqual([]);
  const ends = await rows(
    `SELECT id FROM sessions WHERE status = 'ended' AND 1 <>
     (SELECT count(*) FROM audit_logs WHERE action = 'session.disconnected' AND metadata->>'session_id' = sessions.id::text)`,
  );
  expect(ends).toEqual([]);
}
