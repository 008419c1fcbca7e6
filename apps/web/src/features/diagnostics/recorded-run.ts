/** A run as the audit log has it: that it was asked, by whom and how it ended; not what was found. Pure. */
import { type AuditRow, DiagnosticReport, DiagnosticTool } from "@sallyport/protocol";
import { z } from "zod";
import type { QuestionSearch } from "./question.ts";

const Facts = z.object({
  tool: DiagnosticTool,
  target: z.string(),
  location: z.string(),
  machine_name: z.string().optional(),
  argv: z.array(z.string()).optional(),
  status: DiagnosticReport.shape.status,
  duration_ms: z.number(),
});

export interface RecordedRun extends z.infer<typeof Facts> {
  id: string;
  person: string | null;
  at: string;
}

/** Undefined for a row that an older or newer server wrote in another way. */
export function recordedRun(row: AuditRow & { actor_email: string | null }): RecordedRun | undefined {
  const facts = Facts.safeParse(row.metadata).data;
  return facts && { ...facts, id: row.id, person: row.actor_email, at: row.created_at };
}

/** The same question. The settings are in the command that was run. */
export function questionOf({ tool, target, location, argv = [] }: RecordedRun): QuestionSearch {
  const after = (option: string): number | undefined => {
    const value = Number(argv[argv.indexOf(option) + 1]);
    return argv.includes(option) && Number.isInteger(value) ? value : undefined;
  };
  const last = Number(argv.at(-1));
  const settings: Record<DiagnosticTool, QuestionSearch> = {
    ping: optional("count", after("-c")),
    traceroute: optional("hops", after("-m")),
    nc: optional("port", Number.isInteger(last) && last > 0 ? last : undefined),
    nmap: optional("ports", argv.includes("-p") ? argv[argv.indexOf("-p") + 1] : undefined),
    nslookup: {},
  };
  return { tool, target, at: location, ...settings[tool] };
}

const optional = <Key extends keyof QuestionSearch>(key: Key, value: QuestionSearch[Key]): QuestionSearch =>
  value === undefined ? {} : { [key]: value };
