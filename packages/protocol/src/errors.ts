/**
 * The error catalogue: every failure that a person, a script or a peer can meet, and how each transport says it.
 *
 * Adding a failure means adding one entry here. HTTP, WebSocket and the command lines read this table, so none of
 * them has a default branch to forget. `docs/errors.md` is generated from it.
 */
import { z } from "zod";

/** Process exit status of a command line. 0 is success, 2 wrong usage, 124 out of time, 254 a refusal by policy, 255 no connection. */
export type ExitStatus = 1 | 2 | 3 | 4 | 5 | 6 | 124 | 254 | 255;

interface Entry<Shape extends z.ZodRawShape> {
  /** HTTP status. */
  http: number;
  /** WebSocket close code (RFC 6455 section 7.4), where a live socket can meet this failure. */
  close?: number;
  exit: ExitStatus;
  /** Facts that may leave the process. Never a secret, never a stack. */
  data: Shape;
  /** Facts that the contract wants beside `code`, too. */
  beside?: readonly (keyof Shape & string)[];
  /** What happened, then what to do. */
  message: (data: z.infer<z.ZodObject<Shape>>) => string;
}

const entry = <Shape extends z.ZodRawShape>(spec: Entry<Shape>) => ({ ...spec, data: z.object(spec.data) });

/** A sentence chosen by our own code, for codes that the contract uses with several messages. */
const reason = { reason: z.string() };

export const ERRORS = {
  // Requests that cannot be understood
  MISSING_FIELDS: entry({
    http: 400,
    exit: 2,
    data: { field: z.string() },
    message: ({ field }) => `${field} required`,
  }),
  INVALID_JSON: entry({
    http: 400,
    exit: 1,
    data: {},
    message: () => "The request body must be a JSON object",
  }),
  INVALID_INPUT: entry({ http: 400, exit: 2, data: reason, message: ({ reason }) => reason }),
  UNKNOWN_ACTION: entry({
    http: 400,
    exit: 1,
    data: { action: z.string() },
    message: ({ action }) => `Unknown action: ${action}`,
  }),
  UNKNOWN_COLUMN: entry({
    http: 400,
    exit: 1,
    data: { column: z.string() },
    message: ({ column }) => `There is no column ${column} here`,
  }),
  UNKNOWN_OPERATOR: entry({
    http: 400,
    exit: 1,
    data: { operator: z.string() },
    message: ({ operator }) => `Unknown filter operator ${operator}; write column=VALUE or column=eq.VALUE`,
  }),
  COLUMN_NOT_WRITABLE: entry({
    http: 400,
    exit: 1,
    data: { column: z.string() },
    message: ({ column }) => `The column ${column} cannot be written here`,
  }),
  UNSAFE_WRITE: entry({
    http: 400,
    exit: 1,
    data: reason,
    message: ({ reason }) => reason,
  }),
  AMBIGUOUS_PARAM: entry({
    http: 400,
    exit: 1,
    data: { param: z.string() },
    message: ({ param }) => `${param} is given more than once`,
  }),
  PAYLOAD_TOO_LARGE: entry({
    http: 413,
    close: 1009,
    exit: 1,
    data: { limitBytes: z.number() },
    message: ({ limitBytes }) => `More than ${limitBytes} bytes are not accepted here`,
  }),
  UNSUPPORTED_MEDIA_TYPE: entry({
    http: 415,
    exit: 1,
    data: {},
    message: () => "Send the body as Content-Type: application/json",
  }),
  UPGRADE_REQUIRED: entry({
    http: 426,
    close: 4426,
    exit: 1,
    data: { reason: z.string() },
    message: ({ reason }) => reason,
  }),
  PROTOCOL_ERROR: entry({
    http: 400,
    close: 4400,
    exit: 255,
    data: reason,
    message: ({ reason }) => reason,
  }),

  // Who is asking
  UNAUTHORIZED: entry({ http: 401, close: 4401, exit: 3, data: {}, message: () => "Invalid or expired token" }),
  INVALID_CREDENTIALS: entry({ http: 401, exit: 3, data: {}, message: () => "Wrong e-mail address or password" }),
  INVALID_TOKEN: entry({ http: 401, exit: 3, data: {}, message: () => "Invalid or expired refresh token" }),
  SIGN_IN_PENDING: entry({ http: 400, exit: 6, data: {}, message: () => "Nobody has confirmed the code yet" }),
  SIGN_IN_REFUSED: entry({ http: 403, exit: 3, data: {}, message: () => "The sign-in was refused in the browser" }),
  SIGN_IN_EXPIRED: entry({
    http: 400,
    exit: 3,
    data: {},
    message: () => "The code was not confirmed in time, or is used; sign in again",
  }),
  INVALID_SHELL_TOKEN: entry({
    http: 401,
    exit: 3,
    data: {},
    message: () => "The shell token is missing, used, expired or was made for something else; create a new session",
  }),
  INVALID_KEY: entry({
    http: 401,
    exit: 3,
    data: { what: z.string().exactOptional() },
    message: ({ what = "auth key" }) => `Invalid or expired ${what}`,
  }),
  KEY_USED: entry({ http: 401, exit: 3, data: {}, message: () => "Auth key already used" }),
  INVALID_NODE_KEY: entry({
    http: 401,
    close: 4401,
    exit: 3,
    data: {},
    message: () => "This machine's node key is not known; register it again",
  }),

  // What they may do
  FORBIDDEN: entry({ http: 403, close: 4403, exit: 254, data: reason, message: ({ reason }) => reason }),
  ORIGIN_NOT_ALLOWED: entry({
    http: 403,
    exit: 254,
    data: {},
    message: () => "This page's origin may not open a connection here; see PUBLIC_URL and ALLOWED_ORIGINS",
  }),
  IP_NOT_ALLOWED: entry({
    http: 403,
    exit: 254,
    data: {},
    message: () => "Registration not allowed from this IP address",
  }),
  TAG_NOT_ALLOWED: entry({
    http: 403,
    exit: 254,
    data: { tag: z.string() },
    message: ({ tag }) => `The auth key does not allow the tag ${tag}`,
  }),
  ACL_DENIED: entry({
    http: 403,
    close: 4403,
    exit: 254,
    data: {},
    message: () => "ACL rules deny access between these machines",
  }),
  CONSENT_PENDING: entry({
    http: 403,
    exit: 254,
    data: {},
    message: () => "The machine's owner or an administrator has not consented yet",
  }),
  NO_CONSENT_NEEDED: entry({
    http: 400,
    exit: 1,
    data: {},
    message: () => "This session was started without a need for consent",
  }),
  FEATURE_NOT_ENABLED: entry({
    http: 403,
    close: 4403,
    exit: 254,
    data: { feature: z.string() },
    message: ({ feature }) => `The organisation's plan does not include ${feature}`,
  }),
  FEATURE_NOT_AVAILABLE: entry({
    http: 403,
    close: 4403,
    exit: 254,
    data: { feature: z.string() },
    message: ({ feature }) => `The organisation's plan does not include ${feature}`,
  }),
  MACHINE_DISABLED: entry({
    http: 403,
    close: 4403,
    exit: 254,
    data: {},
    message: () => "An administrator has disabled this machine",
  }),
  TARGET_NOT_ALLOWED: entry({
    http: 403,
    exit: 254,
    data: { address: z.string(), kind: z.string(), remedy: z.string() },
    message: ({ address, kind, remedy }) => `The control plane may not reach ${address}, ${kind}; ${remedy}`,
  }),

  // What there is
  NOT_FOUND: entry({ http: 404, exit: 4, data: { what: z.string() }, message: ({ what }) => `${what} not found` }),
  METHOD_NOT_ALLOWED: entry({
    http: 405,
    exit: 1,
    data: { allowed: z.string() },
    message: ({ allowed }) => `Use ${allowed} here`,
  }),
  ALREADY_EXISTS: entry({
    http: 409,
    exit: 5,
    data: { what: z.string() },
    message: ({ what }) => `${what} exists already`,
  }),
  LAST_OWNER: entry({
    http: 409,
    exit: 5,
    data: {},
    message: () => "An organisation keeps at least one owner; make somebody else owner first",
  }),
  DATA_DIR_IN_USE: entry({
    http: 409,
    exit: 5,
    data: { holder: z.string() },
    message: ({ holder }) => `database in use: ${holder}`,
  }),

  SESSION_EXISTS: entry({
    http: 409,
    exit: 5,
    data: { session_id: z.string() },
    beside: ["session_id"],
    message: () => "You have a live session on this machine already; disconnect it first",
  }),
  INVALID_STATE: entry({
    http: 409,
    exit: 5,
    data: { status: z.string(), expected: z.string() },
    message: ({ status, expected }) => `The session is ${status}; this takes one that is ${expected}`,
  }),

  // Not now
  MACHINE_OFFLINE: entry({
    http: 400,
    close: 1011,
    exit: 6,
    data: { purpose: z.string().exactOptional() },
    message: ({ purpose = "remote shell" }) => `Machine must be online for ${purpose}`,
  }),
  NO_TAILNET_IP: entry({
    http: 400,
    exit: 6,
    data: {},
    message: () => "The machine has no tailnet address; register it again",
  }),
  RATE_LIMITED: entry({
    http: 429,
    close: 4429,
    exit: 6,
    data: { retryAfterSeconds: z.number() },
    message: ({ retryAfterSeconds }) => `Too many attempts; try again in ${retryAfterSeconds} s`,
  }),
  TOO_MANY_SESSIONS: entry({
    http: 429,
    exit: 6,
    data: { limit: z.number(), of: z.string() },
    message: ({ limit, of }) => `There are ${limit} sessions of this ${of} already; end one first`,
  }),
  TOO_MANY_TOOLS: entry({
    http: 429,
    exit: 6,
    data: { limit: z.number() },
    message: ({ limit }) => `${limit} diagnostics run there already; try again when one has ended`,
  }),
  TOOL_NOT_AVAILABLE: entry({
    http: 409,
    exit: 4,
    data: { tool: z.string(), packages: z.string() },
    message: ({ tool, packages }) => `${tool} is not installed there; install ${packages}`,
  }),
  LOCATION_NOT_AVAILABLE: entry({
    http: 409,
    exit: 6,
    data: { location: z.string(), reason: z.string() },
    message: ({ location, reason }) => `Nothing can be run on ${location}: ${reason}`,
  }),
  ADDRESS_POOL_EXHAUSTED: entry({
    http: 503,
    exit: 6,
    data: {},
    message: () => "No tailnet address is free; delete machines that are gone",
  }),
  DB_UNAVAILABLE: entry({
    http: 503,
    exit: 6,
    data: {},
    message: () => "The database does not answer; try again in a moment",
  }),
  AUDIT_UNAVAILABLE: entry({
    http: 503,
    exit: 6,
    data: {},
    message: () => "The audit log cannot be written, so nothing was done; an administrator must look at the database",
  }),
  SHUTTING_DOWN: entry({
    http: 503,
    close: 1012,
    exit: 6,
    data: {},
    message: () => "The control plane is restarting; connect again in a moment",
  }),

  // How a session ends, other than by its program
  SESSION_REVOKED: entry({
    http: 403,
    close: 4403,
    exit: 254,
    data: reason,
    message: ({ reason }) => `Access was revoked: ${reason}`,
  }),
  SESSION_TAKEN_OVER: entry({
    http: 409,
    close: 4409,
    exit: 5,
    data: {},
    message: () => "The session was taken over from another window",
  }),
  SESSION_ATTACHED: entry({
    http: 409,
    exit: 5,
    data: {},
    message: () => "The session is open in another window; take it over to go on here",
  }),
  SESSION_ENDED: entry({
    http: 410,
    exit: 4,
    data: { cause: z.string(), exit_code: z.number().nullable() },
    message: ({ cause }) => `The session has ended: ${cause}`,
  }),
  NOT_A_SHELL: entry({
    http: 409,
    exit: 2,
    data: {},
    message: () => "The session runs a command; only the window that started it can go on with it",
  }),
  MACHINE_UNREACHABLE: entry({
    http: 503,
    close: 1013,
    exit: 255,
    data: {},
    message: () => "The machine is not connected; the session goes on as soon as it is back",
  }),
  COMMAND_TIMEOUT: entry({
    http: 504,
    close: 4408,
    exit: 124,
    data: reason,
    message: ({ reason }) => `The command ${reason}`,
  }),
  AGENT_LOST: entry({
    http: 502,
    close: 1011,
    exit: 255,
    data: reason,
    message: ({ reason }) => `The machine is gone: ${reason}`,
  }),

  INTERNAL_ERROR: entry({
    http: 500,
    close: 1011,
    exit: 1,
    data: { incident: z.string() },
    message: ({ incident }) => `Something failed on our side. Quote incident ${incident}`,
  }),
};

export type ErrorCode = keyof typeof ERRORS;
export type ErrorData<Code extends ErrorCode> = z.infer<(typeof ERRORS)[Code]["data"]>;

/** An expected failure. `cause` is for our own log; only `code`, `message` and `data` travel. */
export class AppError<Code extends ErrorCode = ErrorCode> extends Error {
  override readonly name = "AppError";
  readonly code: Code;
  readonly data: ErrorData<Code>;

  constructor(code: Code, data: ErrorData<Code>, options?: ErrorOptions) {
    const message = ERRORS[code].message as (data: ErrorData<Code>) => string;
    super(message(data), options);
    this.code = code;
    this.data = data;
  }
}

/** The `error` member of an answer, as every transport sends it. */
export const ErrorBody = z.object({
  code: z.string(),
  message: z.string(),
  data: z.record(z.string(), z.unknown()).exactOptional(),
  /** The live session that is in the way: SESSION_EXISTS. */
  session_id: z.string().exactOptional(),
});
export type ErrorBody = z.infer<typeof ErrorBody>;

/** A failure that another program reported. Its code may be newer than this catalogue. */
export class RemoteError extends Error {
  override readonly name = "RemoteError";
  readonly code: string;
  readonly status: number;
  /** Facts that the catalogue promises for the code, unchecked: `retryAfterSeconds` of RATE_LIMITED, for example. */
  readonly data: Readonly<Record<string, unknown>>;

  constructor(status: number, { code, message, data = {} }: ErrorBody) {
    super(message);
    this.code = code;
    this.status = status;
    this.data = data;
  }
}

/** Exit status of a command line for a code of this catalogue, or 1 for one we do not know. */
export function exitStatus(code: string): ExitStatus {
  return Object.hasOwn(ERRORS, code) ? ERRORS[code as ErrorCode].exit : 1;
}

/** RFC 6455, 7.4.1: something unexpected prevented the request. */
const CLOSE_FAILED = 1011;

/** WebSocket close code that tells of a failure of this catalogue. */
export function closeCode(code: ErrorCode): number {
  const entry: { close?: number } = ERRORS[code];
  return entry.close ?? CLOSE_FAILED;
}
