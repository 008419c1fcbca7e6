/** What an HTTP endpoint is: its address, who may call it, what goes in, what comes out, how it can fail. */
import { z } from "zod";
import { ErrorBody, type ErrorCode } from "../errors.ts";
import type { Feature } from "../plans.ts";

/**
 * What a caller must prove before anything else is looked at. `user` is a JWT or an API key; `person` a JWT, because what
 * it allows is not of one organisation; `node` a machine's node key, in the body; `schedule` is the cron secret, an
 * administrator's JWT, or a loopback peer while no cron secret is configured.
 */
export type Credential = "none" | "user" | "person" | "node" | "schedule";

/** What the caller must be in the organisation that the request names. */
export type Right = "member" | "auditor" | "admin" | "owner";

export interface Endpoint<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  Output extends z.ZodType = z.ZodType,
> {
  method: "GET" | "POST" | "PATCH" | "DELETE";
  path: string;
  summary: string;
  credential: Credential;
  params?: Params;
  query?: Query;
  body?: Body;
  output: Output;
  status?: 200 | 201;
  errors: readonly ErrorCode[];
}

/** Keeps the exact type: what an endpoint does not take, a caller cannot send and a handler cannot read. */
export const endpoint = <const Spec extends Endpoint>(spec: Spec): Spec => spec;

/** Who may run an action: a right in the organisation `org_id`, behind a plan's feature where one is named. */
export interface Guard {
  right: Right;
  feature?: Feature;
}

export interface Action<
  Input extends z.ZodObject = z.ZodObject,
  Output extends z.ZodType = z.ZodType,
  Progress extends z.ZodType = z.ZodType,
> {
  summary: string;
  input: Input;
  output: Output;
  /**
   * What it tells while it runs, to a caller that accepts `STREAM_MEDIA`: an object a line, each with a `type`. The last
   * line is its end, a `streamEnd`. Refusals that come before anything was told are answered as always.
   */
  progress?: Progress;
  /** Overrides the endpoint's guard; `null` is an action without an organisation. */
  guard?: Guard | null;
  /** `node`: for a machine, which shows its `node_key` instead of a JWT and passes no guard. */
  credential?: "user" | "person" | "node";
  status?: 200 | 201;
  errors: readonly ErrorCode[];
}

/** Keeps the exact type, so that a handler gets what its action's credential and guard promise. */
export const action = <const Spec extends Action>(spec: Spec): Spec => spec;

/** JSON lines. */
export const STREAM_MEDIA = "application/x-ndjson";

/** How a stream ends: with what the action answers, or with what went wrong after it had begun. */
export const streamEnd = <Output extends z.ZodType>(output: Output) =>
  z.discriminatedUnion("type", [
    z.object({ type: z.literal("result"), data: output }),
    z.object({ type: z.literal("error"), error: ErrorBody }),
  ]);

/** `POST path` with the body's `action` choosing what happens, the contract's form for most calls. */
export interface ActionEndpoint<Actions extends Record<string, Action> = Record<string, Action>> {
  path: string;
  summary: string;
  /** Also for an unknown action, so that a stranger learns nothing about which exist. `null`: none needed. */
  guard: Guard | null;
  actions: Actions;
}

export const actionEndpoint = <Actions extends Record<string, Action>>(
  spec: ActionEndpoint<Actions>,
): ActionEndpoint<Actions> => spec;

/** `GET path` that answers with a file instead of the envelope; refusals come in the envelope. */
export interface Download<Query extends z.ZodObject = z.ZodObject> {
  path: string;
  summary: string;
  /** In the organisation `org_id` of the query. */
  guard: Guard;
  query: Query;
  /** Media types that it can be. */
  media: readonly string[];
  errors: readonly ErrorCode[];
}

export const download = <Query extends z.ZodObject>(spec: Download<Query>): Download<Query> => spec;
