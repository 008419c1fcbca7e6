/**
 * A fleet of idle agents in one process, and what became of it: for thousands of links, and for the storm when all of
 * them come back at once. A process may hold as many as it may open files; take two for 10,000.
 */
import type { NodeIdentity } from "./enrol-fleet.ts";
import { SimulatedAgent } from "./simulated-agent.ts";

const SILENCE_CHECK_MS = 5_000;

export interface AgentSimOptions {
  /** One address, or several to which the agents are dealt in turn. */
  control: string | readonly string[];
  nodes: readonly NodeIdentity[];
  /** The first connections are spread evenly over this time. */
  startOverMs?: number;
  /**
   * Gives every agent a loopback address of its own, as machines have: a control plane lets only 32 strangers wait
   * from one address, and one address has only 28,000 ports. Number of the first; take another in another process.
   */
  firstAddress?: number;
}

/** Attempts and times count from the start, or from the last `mark`. */
export interface AgentSimReport {
  agents: number;
  linked: number;
  attempts: { total: number; perAgent: number; most: number };
  heartbeats: number;
  /** Why links ended or did not begin: close codes, `HTTP <status>`, error codes. */
  drops: Record<string, number>;
  /** When agents that were not linked at the mark, or dropped since, were welcomed; milliseconds after it. */
  backMs: { count: number; p50: number; p99: number; last: number };
}

interface Member {
  agent: SimulatedAgent;
  attempts: number;
  backAfterMs: number | undefined;
}

export class AgentSim {
  readonly #members: Member[];
  readonly #startOverMs: number;
  #silenceCheck: NodeJS.Timeout | undefined;
  #markedAtMs = performance.now();
  #heartbeats = 0;
  #drops: Record<string, number> = {};
  #linked = 0;
  #waiting = new Set<() => void>();

  constructor({ control, nodes, startOverMs = 0, firstAddress }: AgentSimOptions) {
    const controls = typeof control === "string" ? [control] : control;
    this.#startOverMs = startOverMs;
    this.#members = nodes.map((identity, index) => {
      const member: Member = {
        attempts: 0,
        backAfterMs: undefined,
        agent: new SimulatedAgent({
          control: controls[index % controls.length] ?? "",
          identity,
          localAddress: firstAddress === undefined ? undefined : loopbackAddress(firstAddress + index),
          events: {
            attempted: () => {
              member.attempts += 1;
            },
            welcomed: () => this.#onWelcomed(member),
            beat: () => {
              this.#heartbeats += 1;
            },
            dropped: (why, wasLinked) => this.#onDropped(why, wasLinked),
          },
        }),
      };
      return member;
    });
  }

  start(): void {
    this.#silenceCheck = setInterval(() => {
      const nowMs = performance.now();
      for (const { agent } of this.#members) agent.dropIfSilent(nowMs);
    }, SILENCE_CHECK_MS);
    for (const [index, { agent }] of this.#members.entries())
      agent.startIn((this.#startOverMs * index) / this.#members.length);
  }

  /** Counts from now, and the attempts that are under way: call it when the control plane comes back, or goes. */
  mark(): void {
    this.#markedAtMs = performance.now();
    this.#heartbeats = 0;
    this.#drops = {};
    for (const member of this.#members) {
      member.attempts = member.agent.isDialling ? 1 : 0;
      member.backAfterMs = undefined;
    }
  }

  /** Resolves when every agent is linked, to the milliseconds since the mark; fails after `timeoutMs`. */
  async allLinked(timeoutMs: number): Promise<number> {
    const deadline = performance.now() + timeoutMs;
    while (this.#linked < this.#members.length) {
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) throw new Error(`not all agents are linked: ${JSON.stringify(this.report())}`);
      await this.#nextWelcome(leftMs);
    }
    return performance.now() - this.#markedAtMs;
  }

  report(): AgentSimReport {
    const attempts = this.#members.map((member) => member.attempts);
    const total = attempts.reduce((sum, each) => sum + each, 0);
    const back = this.#members.flatMap(({ backAfterMs }) => backAfterMs ?? []).sort((one, other) => one - other);
    const quantile = (part: number) => Math.round(back[Math.ceil(part * back.length) - 1] ?? 0);
    return {
      agents: this.#members.length,
      linked: this.#linked,
      attempts: { total, perAgent: total / this.#members.length, most: attempts.reduce((a, b) => Math.max(a, b), 0) },
      heartbeats: this.#heartbeats,
      drops: { ...this.#drops },
      backMs: { count: back.length, p50: quantile(0.5), p99: quantile(0.99), last: quantile(1) },
    };
  }

  stop(): void {
    clearInterval(this.#silenceCheck);
    for (const { agent } of this.#members) agent.stop();
    this.#linked = 0;
  }

  #onWelcomed(member: Member): void {
    this.#linked += 1;
    member.backAfterMs = performance.now() - this.#markedAtMs;
    for (const look of [...this.#waiting]) look();
  }

  #onDropped(why: string, wasLinked: boolean): void {
    this.#drops[why] = (this.#drops[why] ?? 0) + 1;
    if (wasLinked) this.#linked -= 1;
  }

  #nextWelcome(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      this.#waiting.add(done);
    });
  }
}

/** 127.1.0.1 and on: the whole of 127.0.0.0/8 is this machine, on Linux. */
function loopbackAddress(number: number): string {
  const host = number + 1;
  return `127.${1 + (host >> 16)}.${(host >> 8) & 255}.${host & 255}`;
}
