/** Loki refused a push or cannot be reached. Its message never has the address's credentials in it. */
export class LokiError extends Error {
  override readonly name = "LokiError";
  /** HTTP status; undefined when there was no answer. */
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(message: string, status?: number, retryAfterMs?: number) {
    super(message);
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

/** A stream of `POST /loki/api/v1/push`: labels, and pairs of nanoseconds since 1970 and a line. */
export interface LokiStream {
  stream: Record<string, string>;
  values: [nanoseconds: string, line: string][];
}

/** Whoever asks for more is asked again after an hour. */
const LONGEST_RETRY_AFTER_MS = 3_600_000;
/** Longer than this is as good as down. */
const TIMEOUT_MS = 10_000;
/** How much of a refusal is worth a place in our log. */
const REASON_CHARS = 300;

export class LokiClient {
  readonly #url: URL;
  readonly #headers: Record<string, string>;
  readonly #timeoutMs: number;

  /** @param address may hold `user:password@`, which goes into a header and nowhere else */
  constructor(address: string, tenant: string | undefined, timeoutMs = TIMEOUT_MS) {
    this.#timeoutMs = timeoutMs;
    const { username, password } = new URL(address);
    this.#url = new URL(address);
    this.#url.username = "";
    this.#url.password = "";
    this.#url.pathname = `${this.#url.pathname.replace(/\/$/, "")}/loki/api/v1/push`;
    const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    this.#headers = {
      "content-type": "application/json",
      ...(username && { authorization: `Basic ${Buffer.from(credentials).toString("base64")}` }),
      ...(tenant !== undefined && { "x-scope-orgid": tenant }),
    };
  }

  /** @throws LokiError */
  async push(streams: readonly LokiStream[], signal: AbortSignal): Promise<void> {
    let response: Response;
    let reason: string;
    // Not `AbortSignal.timeout`: the garbage collector takes one that only `AbortSignal.any` knows, and it never fires.
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(new Error("no answer in time")), this.#timeoutMs);
    try {
      response = await fetch(this.#url, {
        method: "POST",
        redirect: "error",
        headers: this.#headers,
        body: JSON.stringify({ streams }),
        signal: AbortSignal.any([signal, timeout.signal]),
      });
      reason = (await response.text()).slice(0, REASON_CHARS).trim();
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
      throw new LokiError(`Loki does not answer (${cause})`);
    } finally {
      clearTimeout(timer);
    }
    if (response.ok) return;
    const retryAfter = Number(response.headers.get("retry-after") ?? Number.NaN);
    throw new LokiError(
      `Loki answered ${response.status}: ${reason}`,
      response.status,
      retryAfter >= 0 ? Math.min(retryAfter * 1_000, LONGEST_RETRY_AFTER_MS) : undefined,
    );
  }
}
