/** Pairs contracts with the functions that answer them: authenticate → parse → authorise → answer → encode. */
import type { Readable } from "node:stream";
import {
  type Action,
  type ActionEndpoint,
  AppError,
  type Download,
  type Endpoint,
  type Guard,
} from "@sallyport/protocol";
import type { FastifyRequest, RouteOptions } from "fastify";
import type { z } from "zod";
import type { Logger } from "../logger.ts";
import type { HttpServer } from "./http-server.ts";
import { acceptsLines, LineReply, whenGone } from "./line-reply.ts";
import { isLoopback } from "./loopback.ts";
import { readInput, requireObject, requireText } from "./read-input.ts";

interface RequestFacts {
  ipAddress: string;
  userAgent: string | undefined;
}

type Parsed<Type> = Type extends z.ZodType ? z.output<Type> : undefined;
/** What a handler may return: the contract's input form, so that the server's own answers are checked, too. */
type Answer<Type extends z.ZodType> = z.input<Type>;

/** Who the product says is asking, in each way of proving it. */
export interface Callers {
  /** A signed-in person, or a key of theirs. */
  user: unknown;
  /** A machine, by its node key. */
  node: unknown;
  /** A scheduler. */
  schedule: unknown;
  /** The organisation that somebody was admitted to. */
  scope: unknown;
}

export interface EndpointCall<Spec extends Endpoint, By extends Callers> extends RequestFacts {
  actor: Spec["credential"] extends "user" | "person"
    ? By["user"]
    : Spec["credential"] extends "schedule"
      ? By["schedule"]
      : undefined;
  params: Parsed<Spec["params"]>;
  query: Parsed<Spec["query"]>;
  body: Parsed<Spec["body"]>;
}

type ActionCall<Spec extends Action, By extends Callers> = PlainActionCall<Spec, By> &
  (Spec["progress"] extends z.ZodType ? Telling<Spec["progress"]> : object);

/** What actions get that tell how they go on. */
interface Telling<Progress extends z.ZodType> {
  /** To a caller who wants to hear it; to any other, nothing. */
  tell(progress: Answer<Progress>): void;
  /** The caller has gone, and nobody waits for the answer any more. */
  signal: AbortSignal;
}

interface PlainActionCall<Spec extends Action, By extends Callers> extends RequestFacts {
  /** The machine, for actions that take a node key; otherwise the person. */
  actor: Spec["credential"] extends "node" ? By["node"] : By["user"];
  /** The organisation that the guard admitted the caller to; undefined for actions without one. */
  scope: Spec["guard"] extends null ? undefined : By["scope"];
  input: z.output<Spec["input"]>;
}

/** A function for each action. */
export type Answers<Actions extends Record<string, Action>, By extends Callers> = {
  [Name in keyof Actions]: (call: ActionCall<Actions[Name], By>) => Promise<Answer<Actions[Name]["output"]>>;
};

export interface DownloadCall<Spec extends Download, By extends Callers> extends RequestFacts {
  actor: By["user"];
  scope: By["scope"];
  query: z.output<Spec["query"]>;
}

/** What a scheduler shows. */
export interface ScheduleRequest {
  authorization: string | undefined;
  cronSecret: string | undefined;
  /** The connection itself comes from this machine, whatever headers say. */
  isLoopback: boolean;
  /** By a proxy, or on behalf of a page. */
  isForwarded: boolean;
}

/** A call that was turned away, for whoever keeps a record of such. */
export interface RefusedCall<By extends Callers> {
  error: AppError;
  /** `POST /api/remote-desktop initiate`. */
  call: string;
  user: By["user"] | undefined;
  node: By["node"] | undefined;
  /** As the request names it; nobody has checked it. */
  orgId: string | undefined;
  /** What the request is about, by the names of its fields; as it came. */
  subject: Record<string, string>;
  ipAddress: string;
}

/** How the product tells who is asking and what they may do; platform only keeps the order. */
export interface Gatekeeper<By extends Callers> {
  /** @throws AppError UNAUTHORIZED */
  authenticate(authorization: string | undefined): Promise<By["user"]>;
  /** @throws AppError FORBIDDEN for a key, where only a person will do */
  requirePerson(user: By["user"]): void;
  /** @throws AppError UNAUTHORIZED without a key, FORBIDDEN for one that is no machine's */
  authenticateNode(nodeKey: string | undefined): Promise<By["node"]>;
  /** @throws AppError UNAUTHORIZED */
  authenticateSchedule(request: ScheduleRequest): Promise<By["schedule"]>;
  /** @throws AppError the feature's refusal, or FORBIDDEN */
  admit(user: By["user"], orgId: string, guard: Guard): Promise<By["scope"]>;
  refused(call: RefusedCall<By>): void;
}

const facts = (request: FastifyRequest): RequestFacts => ({
  ipAddress: request.ip,
  userAgent: request.headers["user-agent"]?.slice(0, 256),
});

const SUBJECTS = ["machine_id", "session_id", "key_id", "user_id", "id", "location", "tool", "target"];
const SUBJECT_CHARS = 64;

export class EndpointBinder<By extends Callers> {
  readonly #app: HttpServer;
  readonly #gatekeeper: Gatekeeper<By>;
  readonly #logger: Logger;
  readonly #users = new WeakMap<FastifyRequest, By["user"]>();
  readonly #nodes = new WeakMap<FastifyRequest, By["node"]>();
  /** Why the bearer token of a request was not accepted, where something else may do instead. */
  readonly #unproven = new WeakMap<FastifyRequest, AppError>();

  constructor(app: HttpServer, gatekeeper: Gatekeeper<By>, logger: Logger) {
    this.#app = app;
    this.#gatekeeper = gatekeeper;
    this.#logger = logger;
  }

  endpoint<Spec extends Endpoint>(
    spec: Spec,
    answer: (call: EndpointCall<Spec, By>) => Promise<Answer<Spec["output"]>>,
  ): void {
    const schedulers = new WeakMap<FastifyRequest, By["schedule"]>();
    this.#route({
      method: spec.method,
      url: spec.path,
      ...(spec.credential === "user" && { onRequest: (request) => this.#authenticate(request) }),
      ...(spec.credential === "person" && {
        onRequest: async (request) => {
          await this.#authenticate(request);
          this.#gatekeeper.requirePerson(this.#requireUser(request));
        },
      }),
      ...(spec.credential === "schedule" && {
        onRequest: async (request) => {
          schedulers.set(request, await this.#gatekeeper.authenticateSchedule(scheduleRequest(request)));
        },
      }),
      handler: async (request, reply) => {
        const data = await answer({
          ...facts(request),
          actor: spec.credential === "schedule" ? schedulers.get(request) : this.#users.get(request),
          params: spec.params && readInput(spec.params, request.params),
          query: spec.query && readInput(spec.query, request.query),
          body: spec.body && readInput(spec.body, requireObject(bodyOf(request))),
        } as EndpointCall<Spec, By>);
        return reply.code(spec.status ?? 200).send({ success: true, data: spec.output.parse(data), error: null });
      },
    });
  }

  /**
   * Order of checks (contract ): token, JSON, `action required`, `org_id required`, feature, role,
   * unknown action, the action's own fields, and then the action itself. Where machines have actions, too, the body
   * says which credential applies: without a JWT everything but a node key is refused before it is looked at (RD-022).
   */
  actions<Actions extends Record<string, Action>>(spec: ActionEndpoint<Actions>, answers: Answers<Actions, By>): void {
    const takesNodes = Object.values(spec.actions).some(({ credential }) => credential === "node");
    this.#route({
      method: "POST",
      url: spec.path,
      // Before the body is read at all: a stranger learns nothing from how it is refused.
      onRequest: (request) => (takesNodes ? this.#tryAuthenticate(request) : this.#authenticate(request)),
      errorHandler: (error, request) => {
        throw this.#unproven.get(request) && !this.#nodes.has(request) && !request.body
          ? this.#unproven.get(request)
          : error;
      },
      handler: async (request, reply) => {
        const { body, name } = this.#readAction(request);
        const known = Object.hasOwn(spec.actions, name) ? spec.actions[name] : undefined;
        const actor =
          known?.credential === "node"
            ? await this.#authenticateNode(request, body.node_key)
            : this.#requireUser(request);
        if (known?.credential === "person") this.#gatekeeper.requirePerson(actor as By["user"]);
        const guard = known?.guard === undefined ? spec.guard : known.guard;
        const scope = guard && (await this.#gatekeeper.admit(actor, requireText(body, "org_id"), guard));
        if (!known) throw new AppError("UNKNOWN_ACTION", { action: name.slice(0, 64) });
        const { progress, output } = known;
        const lines = progress && acceptsLines(request) ? new LineReply(reply, this.#logger) : undefined;
        const call = {
          ...facts(request),
          actor,
          scope: scope ?? undefined,
          input: readInput(known.input, body),
          ...(progress && { tell: (told: unknown) => lines?.write(progress.parse(told)), signal: whenGone(reply) }),
        };
        const act = async () => output.parse(await answers[name]?.(call as Parameters<(typeof answers)[string]>[0]));
        if (lines) return lines.finish(act());
        return reply.code(known.status ?? 200).send({ success: true, data: await act(), error: null });
      },
    });
  }

  /** Answers with a file. What fails after its first byte can only cut it off, so it is checked before. */
  download<Spec extends Download>(
    spec: Spec,
    answer: (call: DownloadCall<Spec, By>) => Promise<{ mediaType: string; fileName: string; content: Readable }>,
  ): void {
    this.#route({
      method: "GET",
      url: spec.path,
      onRequest: (request) => this.#authenticate(request),
      handler: async (request, reply) => {
        const query = requireObject(request.query);
        const actor = this.#requireUser(request);
        const scope = await this.#gatekeeper.admit(actor, requireText(query, "org_id"), spec.guard);
        const call = { ...facts(request), actor, scope, query: readInput(spec.query, query) };
        const file = await answer(call as DownloadCall<Spec, By>);
        return reply
          .type(file.mediaType)
          .header("content-disposition", `attachment; filename="${file.fileName}"`)
          .send(file.content);
      },
    });
  }

  /** Every route tells of what it turns away. */
  #route(options: RouteOptions): void {
    this.#app.route({
      ...options,
      onError: async (request, _reply, error) => {
        if (error instanceof AppError) this.#gatekeeper.refused(this.#refusal(request, error));
      },
    });
  }

  #refusal(request: FastifyRequest, error: AppError): RefusedCall<By> {
    const body = isRecord(request.body) ? request.body : {};
    const query = isRecord(request.query) ? request.query : {};
    const text = (name: string) => [body[name], query[name]].find((value) => typeof value === "string");
    const action = typeof body.action === "string" ? ` ${body.action.slice(0, SUBJECT_CHARS)}` : "";
    return {
      error,
      call: `${request.method} ${request.routeOptions.url}${action}`,
      user: this.#users.get(request),
      node: this.#nodes.get(request),
      orgId: text("org_id") as string | undefined,
      subject: Object.fromEntries(
        SUBJECTS.flatMap((name) => {
          const value = text(name) as string | undefined;
          return value === undefined ? [] : [[name, value.slice(0, SUBJECT_CHARS)]];
        }),
      ),
      ipAddress: request.ip,
    };
  }

  #readAction(request: FastifyRequest): { body: Record<string, unknown>; name: string } {
    try {
      const body = requireObject(request.body);
      return { body, name: requireText(body, "action") };
    } catch (error) {
      throw this.#unproven.get(request) ?? error;
    }
  }

  #requireUser(request: FastifyRequest): By["user"] {
    const failure = this.#unproven.get(request);
    if (failure) throw failure;
    return this.#users.get(request);
  }

  async #authenticate(request: FastifyRequest): Promise<void> {
    this.#users.set(request, await this.#gatekeeper.authenticate(request.headers.authorization));
  }

  async #tryAuthenticate(request: FastifyRequest): Promise<void> {
    try {
      await this.#authenticate(request);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== "UNAUTHORIZED") throw error;
      this.#unproven.set(request, error);
    }
  }

  async #authenticateNode(request: FastifyRequest, nodeKey: unknown): Promise<By["node"]> {
    const node = await this.#gatekeeper.authenticateNode(typeof nodeKey === "string" && nodeKey ? nodeKey : undefined);
    this.#nodes.set(request, node);
    return node;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

/** A DELETE says in its query what it deletes; a body may come with it, and need not. */
const bodyOf = (request: FastifyRequest): unknown =>
  request.method === "DELETE" && request.body === undefined ? {} : request.body;

/** What proxies add, and what browsers do to requests of a page. */
const FORWARDING_HEADER = /^(forwarded|via|x-forwarded-.+|x-real-ip|x-client-ip|true-client-ip|cf-.+|origin)$/;

function scheduleRequest({ headers, raw }: FastifyRequest): ScheduleRequest {
  const cronSecret = headers["x-cron-secret"];
  return {
    authorization: headers.authorization,
    cronSecret: typeof cronSecret === "string" ? cronSecret : undefined,
    isLoopback: isLoopback(raw.socket.remoteAddress),
    isForwarded: Object.keys(headers).some((name) => FORWARDING_HEADER.test(name)),
  };
}
