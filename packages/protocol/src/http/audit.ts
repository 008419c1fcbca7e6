import { z } from "zod";
import { AUDIT_PAGE_ROWS } from "../limits.ts";
import { action, actionEndpoint, download } from "./endpoint.ts";
import { AnyId, Instant, Moment } from "./fields.ts";

/** One row of the audit log, as searches, exports and Loki show it. */
export const AuditRow = z.object({
  id: z.uuid(),
  /** Place in the organisation's chain; without gaps. */
  seq: z.number().int(),
  action: z.string(),
  resource_type: z.string(),
  resource_id: z.string().nullable(),
  actor_id: z.uuid().nullable(),
  metadata: z.record(z.string(), z.unknown()),
  ip_address: z.string().nullable(),
  created_at: Instant,
  prev_hash: z.string(),
  hash: z.string(),
});
export type AuditRow = z.infer<typeof AuditRow>;

/** Kinds of events that are kept for different times. */
export const AUDIT_CLASSES = ["access", "admin", "denied", "system"] as const;
export const AuditClass = z.enum(AUDIT_CLASSES);
export type AuditClass = z.infer<typeof AuditClass>;

const Filters = {
  /** Any part of a row's `action`: `session` finds `remote.session_created` and `terminal_session_end`. */
  event: z.string().max(128).optional(),
  class: AuditClass.optional(),
  resource_type: z.string().max(128).optional(),
  resource_id: AnyId.optional(),
  /** A person's id or e-mail address. */
  actor: AnyId.optional(),
  since: Moment.optional(),
  until: Moment.optional(),
  /** Any text in action, resource, address or metadata, whatever its case. */
  text: z.string().max(256).optional(),
};

/** What was found wrong with a chain first. */
export const AuditFault = z.object({ seq: z.number().int(), problem: z.string() });

export const auditApi = actionEndpoint({
  path: "/api/audit",
  summary: "The audit log",
  guard: { right: "auditor" },
  actions: {
    search: action({
      summary: "Rows that match, newest first",
      input: z.object({
        org_id: AnyId,
        ...Filters,
        /** Rows before this one; the `next` of the page before. */
        before: z.number().int().positive().optional(),
        /** Rows after this one: what is new since. */
        after: z.number().int().nonnegative().optional(),
        limit: z.number().int().min(AUDIT_PAGE_ROWS.min).max(AUDIT_PAGE_ROWS.max).default(AUDIT_PAGE_ROWS.default),
      }),
      output: z.object({
        logs: z.array(AuditRow.extend({ actor_email: z.string().nullable() })),
        /**
         * `before` of the next page; null on the last. A search that takes long answers with fewer rows than asked for, if
         * need be none, and goes on with this.
         */
        next: z.number().int().nullable(),
        /** Where the log ended when it was looked at: whoever goes on with `after` this reads nothing twice. */
        head: z.number().int().nonnegative(),
      }),
      errors: [],
    }),
    facets: action({
      summary: "Which actions and kinds of resources the log has",
      input: z.object({ org_id: AnyId }),
      output: z.object({ actions: z.array(z.string()), resource_types: z.array(z.string()) }),
      errors: [],
    }),
    verify: action({
      summary: "Check the organisation's hash chain, its signatures, and what retention removed",
      input: z.object({ org_id: AnyId }),
      output: z.object({
        rows: z.number().int(),
        erased: z.number().int(),
        checkpoints: z.number().int(),
        fault: AuditFault.nullable(),
      }),
      errors: [],
    }),
  },
});

export const auditExport = download({
  path: "/api/audit/export",
  summary: "Rows that match, oldest first, as JSON lines (with what it takes to check the chain) or CSV",
  guard: { right: "auditor" },
  query: z.strictObject({ org_id: AnyId, ...Filters, format: z.enum(["jsonl", "csv"]).default("jsonl") }),
  media: ["application/x-ndjson", "text/csv"],
  errors: ["UNAUTHORIZED", "MISSING_FIELDS", "INVALID_INPUT", "FORBIDDEN"],
});
