import fc from "fast-check";
import { expect, test } from "vitest";
import { ManualClock, settle } from "./manual-clock.fixture.ts";
import { ModelWorld, OTHERS_BYTE, outputByte, SCREEN_PIECE } from "./model-world.fixture.ts";
import type { SessionState } from "./session-contract.ts";
import { TerminalSession } from "./terminal-session.ts";

/** What a person at the session sees and does, and the invariants that must hold for it at every moment. */
class Person {
  readonly world = new ModelWorld();
  readonly clock = new ManualClock();
  readonly session: TerminalSession;
  readonly ends: SessionState[] = [];
  /** Accepted bytes, each with its own value, so that a repeat is seen; those of `dropped` may be missing. */
  accepted = 0;
  readonly dropped = new Set<number>();
  /** Where the next output belongs, or undefined before the first attach. */
  position: number | undefined;
  #screenDue = 0;
  #undrawn = 0;

  constructor(seed: number) {
    let state = seed;
    this.session = new TerminalSession(
      {
        target: { baseUrl: "http://door.example", orgId: "o", machineId: "m" },
        dial: this.world.dial,
        accessToken: async () => "jwt",
        createSession: this.world.createSession,
        status: this.world.status,
        size: { cols: 80, rows: 24 },
        clock: this.clock,
        random: () => {
          state = (state * 16_807) % 2_147_483_647;
          return state / 2_147_483_647;
        },
      },
      {
        state: (state) => {
          expect(this.ends, "nothing comes after the end").toEqual([]);
          if (state.state === "ended") this.ends.push(state);
        },
        reset: () => {
          this.position = undefined;
          this.#screenDue = 0;
        },
        attached: ({ start, screen, gap }) => {
          // A screen stands for everything before it; else output goes on where it was, or after a gap that is told.
          if (screen) this.#screenDue = SCREEN_PIECE.length;
          if (screen || this.position === undefined) this.position = gap ? gap.from : start;
          if (!gap) expect(start, "output goes on where it stopped").toBe(this.position);
        },
        gap: ({ from, to }) => {
          expect(from, "a gap begins where output stopped").toBe(this.position);
          this.position = to;
        },
        output: (bytes) => this.#sees(bytes),
        inputDropped: (byteCount) => {
          for (let at = this.accepted - byteCount; at < this.accepted; at++) this.dropped.add(at);
        },
        pendingInput: () => {},
        notice: () => {},
        latency: () => {},
      },
    );
  }

  get host() {
    return this.world.hosts.get(this.session.sessionId ?? "");
  }

  type(byteCount: number): void {
    // Values must not repeat, and 255 is another window's.
    const wanted = Math.min(byteCount, OTHERS_BYTE - this.accepted);
    this.accepted += this.session.type(Uint8Array.from({ length: wanted }, (_, at) => this.accepted + at));
  }

  draw(byteCount = this.#undrawn): void {
    const drawn = Math.min(byteCount, this.#undrawn);
    this.#undrawn -= drawn;
    if (drawn > 0) this.session.drawn(drawn);
  }

  #sees(bytes: Uint8Array): void {
    this.#undrawn += bytes.length;
    const ofScreen = Math.min(this.#screenDue, bytes.length);
    this.#screenDue -= ofScreen;
    const from = this.position as number;
    const output = bytes.subarray(ofScreen);
    expect(output).toEqual(Uint8Array.from({ length: output.length }, (_, at) => outputByte(from + at)));
    this.position = from + output.length;
  }

  /** The network is whole again: everything arrives, and the person takes the session back if somebody has it. */
  async heal(): Promise<void> {
    this.world.failures = 0;
    for (let waited = 0; waited < 60_000 && !this.isAtRest; waited += 50) {
      if (["taken_over", "elsewhere"].includes(this.session.state.state)) this.session.takeOver();
      await this.#deliverAll();
      await this.clock.advance(50);
    }
  }

  async #deliverAll(): Promise<void> {
    let isBusy = true;
    while (isBusy) {
      isBusy = this.world.answerDial();
      for (const direction of ["server", "viewer"] as const) isBusy = this.world.deliver(direction, "oldest") || isBusy;
      this.draw();
      await settle();
    }
  }

  get isAtRest(): boolean {
    if (this.session.state.state === "ended") return true;
    const { host } = this;
    return (
      this.session.state.state === "connected" &&
      host !== undefined &&
      !host.exited &&
      this.position === host.end &&
      host.acked === host.end &&
      this.missing.length === 0
    );
  }

  /** Accepted bytes that did not reach the program and were not told as dropped. */
  get missing(): number[] {
    const typed = new Set(this.host?.typed);
    return Array.from({ length: this.accepted }, (_, at) => at).filter((at) => !typed.has(at) && !this.dropped.has(at));
  }

  check(): void {
    const ours = this.host?.typed.filter((byte) => byte !== OTHERS_BYTE) ?? [];
    expect(ours, "I1: each typed byte at most once, in order").toEqual([...new Set(ours)].sort((a, b) => a - b));
  }
}

type Step = { name: string; run: (person: Person) => unknown };

const step = <Value>(name: string, value: fc.Arbitrary<Value>, run: (person: Person, value: Value) => unknown) =>
  value.map((chosen): Step => ({ name: `${name}(${JSON.stringify(chosen)})`, run: (person) => run(person, chosen) }));

const direction = fc.constantFrom("viewer" as const, "server" as const);
const which = fc.constantFrom("newest" as const, "oldest" as const);
const nothing = fc.constant(null);

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: step(
      "deliver",
      fc.tuple(direction, which, fc.integer({ min: 1, max: 8 })),
      (person, [to, from, count]) => {
        for (let each = 0; each < count; each++) person.world.deliver(to, from);
      },
    ),
  },
  { weight: 5, arbitrary: step("answerDial", nothing, ({ world }) => world.answerDial()) },
  {
    weight: 4,
    arbitrary: step(
      "produce",
      fc.tuple(fc.integer({ min: 1, max: 300 }), fc.constantFrom("block" as const, "gap" as const)),
      ({ world }, [byteCount, policy]) => {
        for (const host of world.hosts.values()) host.produce(byteCount, policy);
      },
    ),
  },
  { weight: 4, arbitrary: step("type", fc.integer({ min: 1, max: 8 }), (person, count) => person.type(count)) },
  { weight: 4, arbitrary: step("draw", fc.integer({ min: 1, max: 400 }), (person, count) => person.draw(count)) },
  {
    weight: 5,
    arbitrary: step("advance", fc.constantFrom(20, 60, 500, 2_000, 6_000), ({ clock }, ms) => clock.advance(ms)),
  },
  {
    weight: 3,
    arbitrary: step(
      "cut",
      fc.constantFrom("noticed" as const, "half-open" as const, "server-notices" as const),
      ({ world }, how) => world.cut(how),
    ),
  },
  {
    weight: 1,
    arbitrary: step("fail", fc.integer({ min: 1, max: 4 }), ({ world }, count) => {
      world.failures = count;
    }),
  },
  { weight: 1, arbitrary: step("restart", nothing, ({ world }) => world.restart()) },
  { weight: 2, arbitrary: step("machineBreaks", fc.boolean(), ({ world }, isTold) => world.machineBreaks(isTold)) },
  {
    weight: 1,
    arbitrary: step("otherWindow", fc.integer({ min: 0, max: 6 }), ({ world }, count) => world.otherWindowTypes(count)),
  },
  { weight: 1, arbitrary: step("takeOver", nothing, ({ session }) => session.takeOver()) },
  { weight: 1, arbitrary: step("retryNow", nothing, ({ session }) => session.retryNow()) },
  { weight: 1, arbitrary: step("showEarlier", nothing, ({ session }) => session.showEarlier()) },
  { weight: 1, arbitrary: step("sleep", fc.constantFrom(5_000, 100_000), ({ clock }, ms) => clock.sleep(ms)) },
  {
    weight: 1,
    arbitrary: fc.oneof(
      { weight: 4, arbitrary: step("pause", nothing, () => {}) },
      {
        weight: 1,
        arbitrary: step("exit", nothing, ({ world }) => {
          for (const host of world.hosts.values()) {
            host.exited = true;
            host.pump();
          }
        }),
      },
    ),
  },
);

const steps = fc.array(anyStep, { maxLength: 120, size: "max" });

test("whatever breaks, typing arrives once and output is whole, and in the end everything has arrived", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 2 ** 31 - 2 }), steps, async (seed, chosen) => {
      const person = new Person(seed);
      person.session.start();
      await settle();
      for (const { run } of chosen) {
        await run(person);
        await settle();
        person.check();
      }
      await person.heal();
      person.check();
      expect(person.isAtRest, `I11: ${JSON.stringify(person.session.state)} after a minute`).toBe(true);
      const { host } = person;
      if (person.session.state.state === "ended") {
        expect(person.ends, "I9: one end, with the program's status").toMatchObject([{ exit: { exit_code: 3 } }]);
        expect(person.position, "I9: after the last byte").toBe(host?.end);
      } else {
        expect(person.missing, "I1: everything that was typed arrived").toEqual([]);
      }
      person.session.close();
    }),
    { numRuns: process.env.NIGHTLY ? 20_000 : 300 },
  );
}, 600_000);
