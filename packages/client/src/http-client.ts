import {
  type Action,
  type ActionEndpoint,
  type Download,
  type Endpoint,
  ErrorBody,
  RemoteError,
  STREAM_MEDIA,
  streamEnd,
} from "@sallyport/protocol";
import { z } from "zod";
import { readLines } from "./read-lines.ts";

type Input<Type> = Type extends z.ZodType ? z.input<Type> : undefined;

/** What a call needs, and nothing else: an endpoint without a body takes no `body`. */
export type CallInput<Spec extends Endpoint> = (Spec["params"] extends z.ZodType
  ? { params: Input<Spec["params"]> }
  : object) &
  (Spec["query"] extends z.ZodType ? { query?: Input<Spec["query"]> } : object) &
  (Spec["body"] extends z.ZodType ? { body: Input<Spec["body"]> } : object);

export interface HttpClientOptions {
  /** Origin of the control plane, such as `https://door.example.com`. */
  baseUrl: string;
  /** The bearer token to send, asked for at every call; undefined for none. */
  token?: () => string | undefined | Promise<string | undefined>;
  fetch?: typeof fetch;
  /** Gives up after this time. */
  timeoutMs?: number;
}

export interface FollowOptions<Spec extends Action> {
  onProgress(progress: z.output<Spec["progress"] extends z.ZodType ? Spec["progress"] : z.ZodNever>): void;
  /** Gives up, and lets the server know. */
  signal?: AbortSignal | undefined;
  timeoutMs: number;
}

const Envelope = z.union([
  z.object({ success: z.literal(true), data: z.unknown() }),
  z.object({ success: z.literal(false), error: ErrorBody }),
]);

const DEFAULT_TIMEOUT_MS = 30_000;

/** Calls the control plane by its contracts. Refusals are thrown as `RemoteError` with the catalogue's code. */
export class HttpClient {
  readonly #options: HttpClientOptions;

  constructor(options: HttpClientOptions) {
    this.#options = options;
  }

  /** @throws RemoteError what the server refused, or `UNREACHABLE` with status 0 when there is no answer. */
  async call<Spec extends Endpoint>(spec: Spec, input: CallInput<Spec>): Promise<z.output<Spec["output"]>> {
    const {
      params = {},
      query,
      body,
    } = input as {
      params?: Record<string, string>;
      query?: Record<string, string | string[]>;
      body?: unknown;
    };
    const path = spec.path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ""));
    const search = query ? `?${searchOf(query)}` : "";
    return spec.output.parse(await this.#request(spec.method, path + search, body)) as z.output<Spec["output"]>;
  }

  /** Runs one action of an endpoint that dispatches on the body's `action`. */
  async act<Actions extends Record<string, Action>, Name extends keyof Actions & string>(
    spec: ActionEndpoint<Actions>,
    name: Name,
    input: z.input<Actions[Name]["input"]>,
  ): Promise<z.output<Actions[Name]["output"]>> {
    const data = await this.#request("POST", spec.path, { action: name, ...input });
    return spec.actions[name]?.output.parse(data) as z.output<Actions[Name]["output"]>;
  }

  /**
   * Runs an action that tells how it goes on, and resolves to its answer.
   *
   * @throws RemoteError also when the connection breaks before the answer
   */
  async follow<Actions extends Record<string, Action>, Name extends keyof Actions & string>(
    spec: ActionEndpoint<Actions>,
    name: Name,
    input: z.input<Actions[Name]["input"]>,
    { onProgress, signal, timeoutMs }: FollowOptions<Actions[Name]>,
  ): Promise<z.output<Actions[Name]["output"]>> {
    type Output = z.output<Actions[Name]["output"]>;
    const { output, progress } = spec.actions[name] as Action;
    const timeout = startTimeout(timeoutMs);
    try {
      const response = await this.#fetch("POST", spec.path, {
        body: { action: name, ...input },
        accept: STREAM_MEDIA,
        signal: AbortSignal.any([timeout.signal, ...(signal ? [signal] : [])]),
      });
      if (!response.headers.get("content-type")?.startsWith(STREAM_MEDIA)) {
        return output.parse(await this.#open(response)) as Output;
      }
      const End = streamEnd(output);
      for await (const line of readLines(response)) {
        const end = End.safeParse(line);
        if (end.data?.type === "error") throw new RemoteError(response.status, end.data.error);
        if (end.data) return end.data.data as Output;
        onProgress(progress?.parse(line) as Parameters<typeof onProgress>[0]);
      }
    } catch (error) {
      throw error instanceof RemoteError ? error : this.#unreachable(error);
    } finally {
      timeout.clear();
    }
    throw this.#unreachable(new Error("the answer has no end"));
  }

  /**
   * Asks for a file. It may be as large as it is, so its body is the caller's to read, or to cancel with `signal`.
   *
   * @throws RemoteError what the server refused
   */
  async download<Spec extends Download>(
    spec: Spec,
    query: z.input<Spec["query"]>,
    signal: AbortSignal,
  ): Promise<Response> {
    const asked = Object.entries(query as Record<string, string | undefined>).filter(
      ([, value]) => value !== undefined,
    );
    const path = `${spec.path}?${new URLSearchParams(asked as [string, string][])}`;
    const accept = [...spec.media, "application/json"].join(", ");
    const response = await this.#fetch("GET", path, { body: undefined, accept, signal });
    const type = response.headers.get("content-type") ?? "";
    if (response.ok && spec.media.some((media) => type.startsWith(media))) return response;
    await this.#open(response);
    throw this.#unreachable(new Error(`it answered with ${type}`));
  }

  async #request(method: string, path: string, body: unknown): Promise<unknown> {
    const { timeoutMs = DEFAULT_TIMEOUT_MS } = this.#options;
    const { signal, clear } = startTimeout(timeoutMs);
    try {
      return await this.#open(await this.#fetch(method, path, { body, accept: "application/json", signal }));
    } finally {
      clear();
    }
  }

  async #fetch(
    method: string,
    path: string,
    { body, accept, signal }: { body: unknown; accept: string; signal: AbortSignal },
  ): Promise<Response> {
    const { baseUrl, token, fetch: doFetch = fetch } = this.#options;
    const bearer = await token?.();
    try {
      return await doFetch(new URL(path, baseUrl), {
        method,
        // A redirect could carry the token to another host.
        redirect: "error",
        signal,
        headers: {
          accept,
          ...(body !== undefined && { "content-type": "application/json" }),
          ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
    } catch (error) {
      throw this.#unreachable(error);
    }
  }

  #unreachable(error: unknown): RemoteError {
    const { message } = error instanceof Error && error.cause instanceof Error ? error.cause : (error as Error);
    return new RemoteError(0, {
      code: "UNREACHABLE",
      message: `${this.#options.baseUrl} does not answer (${message})`,
    });
  }

  /** What is in the envelope. */
  async #open(response: Response): Promise<unknown> {
    const { baseUrl } = this.#options;
    const answer = Envelope.safeParse(await response.json().catch(() => undefined));
    if (!answer.success) {
      throw new RemoteError(response.status, {
        code: "UNREACHABLE",
        message: `${baseUrl} answered ${response.status} with something that is not ours`,
      });
    }
    if (!answer.data.success) throw new RemoteError(response.status, answer.data.error);
    return answer.data.data;
  }
}

/**
 * Not `AbortSignal.timeout`: the garbage collector takes one that only `AbortSignal.any` knows, and it never fires. Nor does
 * that one keep the process up, in which fetch may wait for nothing else: a connection that was accepted and closed at once.
 */
function startTimeout(timeoutMs: number): { signal: AbortSignal; clear(): void } {
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(new Error("no answer in time")), timeoutMs);
  return { signal: timeout.signal, clear: () => clearTimeout(timer) };
}

function searchOf(query: Record<string, string | string[]>): URLSearchParams {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const each of [value].flat()) search.append(name, each);
  }
  return search;
}
