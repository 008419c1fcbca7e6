/** Pairs contracts with the functions that answer them: authenticate → parse → authorise → answer → encode. */
import { type Action, type ActionEndpoint, AppError, type Endpoint, type Guard } from "@sallyport/protocol";
import type { FastifyRequest } from "fastify";
import type { z } from "zod";
import type { HttpServer } from "./http-server.ts";
import { readInput, requireObject, requireText } from "./read-input.ts";

interface RequestFacts {
  ipAddress: string;
  userAgent: string | undefined;
}

type Parsed<Type> = Type extends z.ZodType ? z.output<Type> : undefined;
/** What a handler may return: the contract's input form, so that the server's own answers are checked, too. */
type Answer<Type extends z.ZodType> = z.input<Type>;

export interface EndpointCall<Spec extends Endpoint, Actor> extends RequestFacts {
  actor: Spec["credential"] extends "user" ? Actor : undefined;
  params: Parsed<Spec["params"]>;
  /** Parsed when the contract has a query, otherwise as it came: `/api/db` has a grammar of its own. */
  query: Spec["query"] extends z.ZodType ? Parsed<Spec["query"]> : Record<string, string | string[]>;
  body: Parsed<Spec["body"]>;
}

export interface ActionCall<Input, Actor, Scope> extends RequestFacts {
  actor: Actor;
  /** The organisation that the guard admitted the caller to; undefined for actions without one. */
  scope: Scope;
  input: Input;
}

/** How the product tells who is asking and what they may do; platform only keeps the order. */
export interface Gatekeeper<Actor, Scope> {
  /** @throws AppError UNAUTHORIZED */
  authenticate(authorization: string | undefined): Promise<Actor>;
  /** @throws AppError the feature's refusal, or FORBIDDEN */
  admit(actor: Actor, orgId: string, guard: Guard): Promise<Scope>;
}

const facts = (request: FastifyRequest): RequestFacts => ({
  ipAddress: request.ip,
  userAgent: request.headers["user-agent"]?.slice(0, 256),
});

export class EndpointBinder<Actor, Scope> {
  readonly #app: HttpServer;
  readonly #gatekeeper: Gatekeeper<Actor, Scope>;
  readonly #actors = new WeakMap<FastifyRequest, Actor>();

  constructor(app: HttpServer, gatekeeper: Gatekeeper<Actor, Scope>) {
    this.#app = app;
    this.#gatekeeper = gatekeeper;
  }

  endpoint<Spec extends Endpoint>(
    spec: Spec,
    answer: (call: EndpointCall<Spec, Actor>) => Promise<Answer<Spec["output"]>>,
  ): void {
    this.#app.route({
      method: spec.method,
      url: spec.path,
      ...(spec.credential === "user" && { onRequest: (request) => this.#authenticate(request) }),
      handler: async (request, reply) => {
        const data = await answer({
          ...facts(request),
          actor: this.#actors.get(request),
          params: spec.params && readInput(spec.params, request.params),
          query: spec.query ? readInput(spec.query, request.query) : request.query,
          body: spec.body && readInput(spec.body, requireObject(request.body)),
        } as EndpointCall<Spec, Actor>);
        return reply.code(spec.status ?? 200).send({ success: true, data: spec.output.parse(data), error: null });
      },
    });
  }

  /**
   * Order of checks (contract ): token, JSON, `action required`, `org_id required`, feature, role,
   * unknown action, the action's own fields, and then the action itself.
   */
  actions<Actions extends Record<string, Action>>(
    spec: ActionEndpoint<Actions>,
    answers: {
      [Name in keyof Actions]: (
        call: ActionCall<
          z.output<Actions[Name]["input"]>,
          Actor,
          Actions[Name]["guard"] extends null ? undefined : Scope
        >,
      ) => Promise<Answer<Actions[Name]["output"]>>;
    },
  ): void {
    this.#app.route({
      method: "POST",
      url: spec.path,
      // Before the body is read at all: a stranger learns nothing from how it is refused.
      onRequest: (request) => this.#authenticate(request),
      handler: async (request, reply) => {
        const body = requireObject(request.body);
        const name = requireText(body, "action");
        const known = Object.hasOwn(spec.actions, name) ? spec.actions[name] : undefined;
        const guard = known?.guard === undefined ? spec.guard : known.guard;
        const actor = this.#actors.get(request) as Actor;
        const scope = guard && (await this.#gatekeeper.admit(actor, requireText(body, "org_id"), guard));
        if (!known) throw new AppError("UNKNOWN_ACTION", { action: name.slice(0, 64) });
        const call = { ...facts(request), actor, scope: scope ?? undefined, input: readInput(known.input, body) };
        const data = await answers[name]?.(call as Parameters<(typeof answers)[string]>[0]);
        return reply.code(known.status ?? 200).send({ success: true, data: known.output.parse(data), error: null });
      },
    });
  }

  async #authenticate(request: FastifyRequest): Promise<void> {
    this.#actors.set(request, await this.#gatekeeper.authenticate(request.headers.authorization));
  }
}
