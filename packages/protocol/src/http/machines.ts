import { z } from "zod";
import { action, actionEndpoint, endpoint } from "./endpoint.ts";
import { AnyId, Instant, Name, Tags } from "./fields.ts";

export const MACHINE_KINDS = ["machine", "gateway", "hub", "spoke"] as const;
export const MachineKind = z.enum(MACHINE_KINDS);
export type MachineKind = z.infer<typeof MachineKind>;

export const MACHINE_STATUSES = ["online", "offline", "quarantined"] as const;
export const MachineStatus = z.enum(MACHINE_STATUSES);

/** Whom a machine asks before its screen is shown: the person at it in every session, in peer sessions, or nobody. */
export const CONSENT_POLICIES = ["always", "peers", "never"] as const;
export const ConsentPolicy = z.enum(CONSENT_POLICIES);
export type ConsentPolicy = z.infer<typeof ConsentPolicy>;

/** Whether a machine can show its desktop, as it said last. */
export const MachineDesktop = z.object({
  available: z.boolean(),
  /** Why not, in its own words; null when it can. */
  reason: z.string().nullable(),
  consent: ConsentPolicy,
});
export type MachineDesktop = z.infer<typeof MachineDesktop>;

/** A machine as every answer and event shows it. */
export const MachineView = z.object({
  id: z.uuid(),
  org_id: z.uuid(),
  name: z.string(),
  kind: MachineKind,
  /** How operators address it; null: by its name. */
  agent_id: z.string().nullable(),
  status: MachineStatus,
  tailnet_ip: z.string().nullable(),
  os: z.string().nullable(),
  version: z.string().nullable(),
  ephemeral: z.boolean(),
  session_enabled: z.boolean(),
  /** The machine's own switch, as its agent said last; sessions need both. */
  agent_session_enabled: z.boolean(),
  admin_disabled: z.boolean(),
  owner_id: z.uuid().nullable(),
  tags: z.array(z.string()),
  /** Null for an agent that shows no desktops, and one that has not said yet. */
  desktop: MachineDesktop.nullable().default(null),
  last_seen: Instant.nullable(),
  /** When its present link came up; null while it has none. */
  connected_at: Instant.nullable(),
  created_at: Instant,
});
export type MachineView = z.infer<typeof MachineView>;

/** Text that a machine tells about itself: hostile input, kept short and without control characters. */
export const Claim = z
  .string()
  .max(128)
  .regex(/^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]*$/u, "must not contain control characters");

/** Kept by a machine across sign-outs. 64 hexadecimal characters. */
export const DeviceSecret = z.string().regex(/^[0-9a-f]{64}$/);

export const Registration = z.object({
  machine_id: z.uuid(),
  tailnet_ip: z.string(),
  org_id: z.uuid(),
  name: z.string(),
  status: MachineStatus,
  ephemeral: z.boolean(),
  /** Authenticates the machine towards us; only its SHA-256 is kept. */
  node_key: z.string(),
  /** Both sides derive the keys of signed messages from it. */
  machine_secret: z.string(),
  heartbeat_interval_seconds: z.number().int(),
});
export type Registration = z.infer<typeof Registration>;

export const machineApi = {
  register: endpoint({
    method: "POST",
    path: "/api/register-machine",
    summary: "Enrol a machine with an auth key",
    credential: "none",
    body: z.object({
      auth_key: z.string().min(1).max(256),
      name: Name,
      os: Claim.optional(),
      version: Claim.optional(),
      /** The same secret gets its old id and address back. */
      device_secret: DeviceSecret.optional(),
      /** Of those that the key allows; without, the machine gets all of them. */
      tags: Tags.optional(),
    }),
    output: Registration,
    errors: [
      "MISSING_FIELDS",
      "INVALID_INPUT",
      "INVALID_KEY",
      "KEY_USED",
      "IP_NOT_ALLOWED",
      "TAG_NOT_ALLOWED",
      "RATE_LIMITED",
      "ADDRESS_POOL_EXHAUSTED",
    ],
  }),
  heartbeat: endpoint({
    method: "POST",
    path: "/api/machine-heartbeat",
    summary: "A machine says that it is there, or with `offline` that it goes",
    credential: "node",
    body: z.object({
      node_key: z.string().min(1).max(256),
      status: z.enum(["online", "offline"]).default("online"),
      version: Claim.optional(),
    }),
    output: z.object({
      machine_id: z.uuid(),
      status: MachineStatus,
      heartbeat_interval_seconds: z.number().int(),
      server_time: Instant,
    }),
    errors: ["MISSING_FIELDS", "INVALID_INPUT", "INVALID_NODE_KEY"],
  }),
};

const Machine = z.object({ org_id: AnyId, machine_id: AnyId });
const StatusAnswer = z.object({ machine_id: z.uuid(), status: MachineStatus });

export const machineAdminApi = actionEndpoint({
  path: "/api/machine-admin",
  summary: "What administrators do with machines",
  guard: { right: "admin" },
  actions: {
    enable: action({
      summary: "Lift a disable; the machine may connect again",
      input: Machine,
      output: StatusAnswer,
      errors: ["NOT_FOUND"],
    }),
    disable: action({
      summary: "Force a machine offline, end its sessions, and keep it so until it is enabled",
      input: Machine,
      output: StatusAnswer,
      errors: ["NOT_FOUND"],
    }),
    rename: action({
      summary: "Give a machine another name",
      input: Machine.extend({ name: Name }),
      output: z.object({ machine_id: z.uuid(), name: z.string() }),
      errors: ["NOT_FOUND", "ALREADY_EXISTS"],
    }),
    set_tags: action({
      summary: "Give a machine other tags; access rules see them at once",
      input: Machine.extend({ tags: Tags }),
      output: z.object({ machine_id: z.uuid(), tags: z.array(z.string()) }),
      errors: ["NOT_FOUND"],
    }),
    set_session_enabled: action({
      summary: "Allow or refuse sessions on a machine",
      input: Machine.extend({ session_enabled: z.boolean() }),
      output: z.object({ machine_id: z.uuid(), session_enabled: z.boolean() }),
      errors: ["NOT_FOUND"],
    }),
    delete: action({
      summary: "Forget a machine; its node key stops working",
      input: Machine,
      output: z.object({ deleted: z.uuid() }),
      errors: ["NOT_FOUND"],
    }),
  },
});
