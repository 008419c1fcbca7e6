/** F-25: two windows take one session at the same moment, on two nodes, again and again. */
import { FrameKind, STREAM_DIAL_TIMEOUT_MS } from "@sallyport/protocol";
import { afterEach, describe, expect, test } from "vitest";
import { Cluster } from "../harness/cluster.ts";
import { isMissing } from "../harness/services.ts";
import { TestWindow } from "../harness/window.ts";
import { History } from "./history.ts";
import { checkHistory } from "./history-checker.ts";
import { query } from "./shells.ts";
import { wait } from "./truth-window.ts";

const ROUNDS = process.env.NIGHTLY ? 1_000 : 30;
/** What is typed is told apart by who typed it: `<12a0000xxxxxxxx>`. */
const FILLER = "x".repeat(40);

let cluster: Cluster;
afterEach(() => cluster.stop());

describe.skipIf(isMissing("PostgreSQL", "nats-server"))("two windows of a person", () => {
  test(
    `F-25 of two takeovers at once on two nodes, one has the session and the other is told, ${ROUNDS} times`,
    async () => {
      cluster = await Cluster.start({ nodes: 2 });
      const agent = await cluster.startAgent("Linux-T", { control: 0 });
      const people = [await cluster.signInAt(0), await cluster.signInAt(1)] as const;
      const history = new History();
      const first = new TestWindow({ baseUrl: cluster.url, who: people[0], machineId: agent.machine.id });
      await first.is("connected");
      const sessionId = first.session.sessionId ?? "";
      // Every byte that is typed comes back, and nothing else does.
      first.type("stty raw -echo; echo go-$((1+1)); exec cat\r");
      await first.shows(/go-2/);

      const open = (who: string, index: 0 | 1) => {
        const window = new TestWindow({
          baseUrl: cluster.node(index).url,
          who: people[index],
          machineId: agent.machine.id,
          resume: { sessionId, takeOver: true },
          frame: ({ kind, epoch, offset, payload }) => {
            const common = { who, session: sessionId, epoch };
            if (kind === FrameKind.output) history.add({ ...common, type: "output", offset, bytes: payload.length });
            if (kind !== FrameKind.attached) return;
            const { start, in_next, screen = false } = JSON.parse(Buffer.from(payload).toString());
            history.add({ ...common, type: "attached", start, inNext: in_next, screen });
          },
        });
        return window;
      };
      const isSettled = (window: TestWindow) => window.state === "connected" || window.state === "taken_over";
      const winners = [0, 0];
      const typed: string[] = [];
      const settledMs: number[] = [];
      let last = first;
      for (let round = 0; round < ROUNDS; round++) {
        const at = performance.now();
        const pair = [open(`${round}a`, 0), open(`${round}b`, 1)] as const;
        let count = 0;
        const typing = setInterval(() => {
          count += 1;
          for (const [index, window] of pair.entries()) {
            const record = `<${round}${"ab"[index]}${String(count).padStart(4, "0")}${FILLER}>`;
            if (window.state === "connected" && window.type(record) > 0) typed.push(record);
          }
        }, 2);
        await cluster.until(
          () => pair.every(isSettled) && pair.filter(({ state }) => state === "connected").length === 1,
          `round ${round}: ${pair.map(({ states }) => JSON.stringify(states)).join(" and ")}`,
        );
        settledMs.push(performance.now() - at);
        await wait(30);
        clearInterval(typing);
        expect(pair.map(({ state }) => state).sort()).toEqual(["connected", "taken_over"]);
        await last.is("taken_over");
        const winner = pair.findIndex(({ state }) => state === "connected") as 0 | 1;
        winners[winner] = (winners[winner] ?? 0) + 1;
        last = pair[winner];
        // Whoever types now is alone, and heard.
        last.type(`[round-${round}]`);
        await last.shows(new RegExp(`\\[round-${round}\\]`));
      }

      const all = new TestWindow({
        baseUrl: cluster.url,
        who: people[0],
        machineId: agent.machine.id,
        resume: { sessionId, have: 0, takeOver: true },
      });
      await all.shows(new RegExp(`\\[round-${ROUNDS - 1}\\]`));
      // A long run's beginning is not kept.
      const text = all.text.slice(all.text.search(/<|\[round-/));
      const came = text.match(/<[^<>]*>/g) ?? [];
      const rest = text.replace(/<[^<>]*>|\[round-\d+\]/g, "");
      // Whole records only, each once, each as it was typed, and those of a window in its order.
      expect(rest).toBe("");
      expect(new Set(came).size).toBe(came.length);
      expect(came.filter((record) => !typed.includes(record))).toEqual([]);
      for (const who of new Set(came.map((record) => record.slice(1, -4 - FILLER.length - 1)))) {
        const ofOne = came.filter((record) => record.startsWith(`<${who}`));
        expect(ofOne).toEqual([...ofOne].sort());
      }
      checkHistory(history.events);
      const [row] = await query(cluster.postgres.url, `SELECT attach_epoch::int AS epoch FROM sessions`);
      const epochs = history.events.filter(({ type }) => type === "attached").map(({ epoch }) => epoch);
      expect(new Set(epochs).size).toBe(epochs.length);
      expect(Math.max(...epochs)).toBeLessThanOrEqual(Number(row?.epoch));
      all.session.close();
      settledMs.sort((one, other) => one - other);
      // Nobody had to wait for a machine that was asked in vain.
      expect(settledMs.at(-1)).toBeLessThan(STREAM_DIAL_TIMEOUT_MS);
      console.info(
        `F-25: ${ROUNDS} rounds, won ${winners.join(" to ")}, ${came.length} of ${typed.length} records, epoch ${row?.epoch}; ` +
          `settled p50 ${settledMs[ROUNDS >> 1]?.toFixed(0)} ms, most ${settledMs.at(-1)?.toFixed(0)} ms`,
      );
    },
    60_000 + ROUNDS * 3_000,
  );
});
