/**
 * Stands in for Grafana Loki 3, which cannot be installed here: the part of its push and query API that we use, with
 * the rules of its defaults by which it refuses lines. It is our reading of Loki's documents, not Loki.
 */
import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { Ajv } from "ajv";
import { findEntries, type LokiEntry } from "./loki-query.ts";

interface Push {
  streams: { stream: Record<string, string>; values: [nanoseconds: string, line: string][] }[];
}

const isPush = new Ajv().compile<Push>({
  type: "object",
  required: ["streams"],
  properties: {
    streams: {
      type: "array",
      items: {
        type: "object",
        required: ["stream", "values"],
        properties: {
          stream: {
            type: "object",
            minProperties: 1,
            propertyNames: { pattern: "^[a-zA-Z_][a-zA-Z0-9_]*$" },
            additionalProperties: { type: "string" },
          },
          values: {
            type: "array",
            items: {
              type: "array",
              items: [{ type: "string", pattern: "^[0-9]{19}$" }, { type: "string" }],
              minItems: 2,
              additionalItems: false,
            },
          },
        },
      },
    },
  },
});

const MINUTE = 60_000_000_000n;
/** `max_chunk_age` / 2: how far behind the newest line of its stream one may be. */
const OUT_OF_ORDER_WINDOW = 60n * MINUTE;
/** `reject_old_samples_max_age` and `creation_grace_period`. */
const MAX_AGE = 7n * 24n * 60n * MINUTE;
const MAX_AHEAD = 10n * MINUTE;
/** `max_line_size`, and the largest request that Loki takes. */
const MAX_LINE_BYTES = 256 * 1_024;
const MAX_REQUEST_BYTES = 4 * 1_024 * 1_024;

interface Stream {
  entries: LokiEntry[];
  /** Times and lines: what is the same in both is one entry. */
  known: Set<string>;
  newest: bigint;
}

/** How the next pushes are answered instead of being taken; `slow` is never. */
type Trouble = "slow" | { status: number; retryAfterSeconds?: number };

export class FakeLoki {
  readonly #server: http.Server;
  readonly #streams = new Map<string, Stream>();
  #trouble: Trouble | undefined;
  #troubleLeft = 0;
  #port = 0;
  /** Headers of pushes, as they came. */
  readonly heard: http.IncomingHttpHeaders[] = [];
  /** When pushes came, and how many lines Loki refused of them by its rules. */
  readonly pushedAt: number[] = [];
  refusedLines = 0;

  private constructor() {
    this.#server = http.createServer((request, response) => {
      void this.#answer(request, response);
    });
  }

  static async start(): Promise<FakeLoki> {
    const loki = new FakeLoki();
    await loki.up();
    return loki;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Listens, on the same port as before. */
  async up(): Promise<void> {
    this.#server.listen(this.#port, "127.0.0.1");
    await once(this.#server, "listening");
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async down(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  /** The next pushes meet this. */
  trouble(trouble: Trouble, times = Number.POSITIVE_INFINITY): void {
    this.#trouble = trouble;
    this.#troubleLeft = times;
  }

  recover(): void {
    this.#troubleLeft = 0;
  }

  /** Every line of a job, parsed, in the order of their times. */
  lines(job: string): Record<string, unknown>[] {
    return this.#find(`{job="${job}"}`).map(({ line }) => JSON.parse(line) as Record<string, unknown>);
  }

  /** What `logcli query` would print, newest first. */
  async query(logQl: string, limit = 100): Promise<{ stream: Record<string, string>; line: string }[]> {
    const search = new URLSearchParams({ query: logQl, limit: String(limit), direction: "backward" });
    const response = await fetch(`${this.url}/loki/api/v1/query_range?${search}`);
    const { data } = (await response.json()) as {
      data: { result: { stream: Record<string, string>; values: [string, string][] }[] };
    };
    return data.result.flatMap(({ stream, values }) => values.map(([, line]) => ({ stream, line })));
  }

  async #answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", this.url);
    const body = await text(request);
    const answer = (status: number, said = "", headers = {}) => response.writeHead(status, headers).end(said);
    if (request.method === "POST" && url.pathname === "/loki/api/v1/push") {
      this.heard.push(request.headers);
      this.pushedAt.push(performance.now());
      if (this.#troubleLeft > 0) {
        this.#troubleLeft -= 1;
        if (this.#trouble === "slow" || !this.#trouble) return;
        const { status, retryAfterSeconds } = this.#trouble;
        answer(status, "trouble", retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) });
        return;
      }
      const problem = this.#take(body);
      if (problem === undefined) answer(204);
      else answer(400, problem);
    } else if (request.method === "GET" && url.pathname === "/loki/api/v1/query_range") {
      const entries = this.#find(url.searchParams.get("query") ?? "")
        .reverse()
        .slice(0, Number(url.searchParams.get("limit") ?? 100));
      const result = entries.map(({ labels, time, line }) => ({ stream: labels, values: [[String(time), line]] }));
      answer(200, JSON.stringify({ status: "success", data: { resultType: "streams", result } }));
    } else answer(404);
  }

  /** Takes the lines that the rules allow; returns what was wrong with the last of the others. */
  #take(body: string): string | undefined {
    if (Buffer.byteLength(body) > MAX_REQUEST_BYTES) return "request too large";
    const push = readJson(body);
    if (!isPush(push)) return "this is no push request";
    let problem: string | undefined;
    for (const { stream: labels, values } of push.streams) {
      const key = JSON.stringify(Object.entries(labels).sort());
      const stream = this.#streams.get(key) ?? { entries: [], known: new Set(), newest: 0n };
      this.#streams.set(key, stream);
      for (const [nanoseconds, line] of values) {
        const time = BigInt(nanoseconds);
        const refusal = refusalOf(time, line, stream);
        if (refusal) {
          problem = refusal;
          this.refusedLines += 1;
        } else if (!stream.known.has(`${nanoseconds} ${line}`)) {
          stream.known.add(`${nanoseconds} ${line}`);
          stream.entries.push({ labels, time, line });
          if (time > stream.newest) stream.newest = time;
        }
      }
    }
    return problem;
  }

  #find(logQl: string): LokiEntry[] {
    return findEntries(
      logQl,
      [...this.#streams.values()].flatMap(({ entries }) => entries),
    );
  }
}

function refusalOf(time: bigint, line: string, { newest }: Stream): string | undefined {
  const now = BigInt(Date.now()) * 1_000_000n;
  if (Buffer.byteLength(line) > MAX_LINE_BYTES) return "max entry size exceeded";
  if (time < now - MAX_AGE) return "timestamp too old";
  if (time > now + MAX_AHEAD) return "timestamp too new";
  if (time < newest - OUT_OF_ORDER_WINDOW) return "entry too far behind";
  return undefined;
}

function readJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
