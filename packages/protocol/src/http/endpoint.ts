/** What an HTTP endpoint is: its address, who may call it, what goes in, what comes out, how it can fail. */
import type { z } from "zod";
import type { ErrorCode } from "../errors.ts";
import type { Feature } from "../plans.ts";

/** What a caller must prove before anything else is looked at. `user` is a JWT; `node` a machine's node key. */
export type Credential = "none" | "user" | "node";

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

export interface Action<Input extends z.ZodObject = z.ZodObject, Output extends z.ZodType = z.ZodType> {
  summary: string;
  input: Input;
  output: Output;
  /** Overrides the endpoint's guard; `null` is an action without an organisation. */
  guard?: Guard | null;
  status?: 200 | 201;
  errors: readonly ErrorCode[];
}

export const action = <Input extends z.ZodObject, Output extends z.ZodType>(
  spec: Action<Input, Output>,
): Action<Input, Output> => spec;

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
