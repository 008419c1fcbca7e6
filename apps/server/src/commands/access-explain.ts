import { AccessExplanation, exitStatus } from "@sallyport/protocol";
import { runOperatorCommand } from "./with-operator.ts";

export interface AccessExplainOptions {
  user: string;
  machine: string;
  verb: string;
  from?: string;
  org?: string;
  json?: boolean;
}

/** `sallyport access explain`: what would happen, and what decides it. Exit status 254 when it would be refused. */
export async function accessExplain({ user, machine, verb, from, org, json }: AccessExplainOptions): Promise<void> {
  const explanation = AccessExplanation.parse(
    await runOperatorCommand("access-explain", {
      user_id: user,
      machine_id: machine,
      verb,
      ...(from !== undefined && { viewer_machine_id: from }),
      ...(org !== undefined && { org_id: org }),
    }),
  );
  process.stdout.write(json ? `${JSON.stringify(explanation, null, 2)}\n` : inWords(explanation));
  if (explanation.code !== null) process.exitCode = exitStatus(explanation.code);
}

function inWords({ allowed, code, reason, rule, consent_required }: AccessExplanation): string {
  const verdict = allowed ? "allowed" : `refused (${code})`;
  const by = rule
    ? [`rule: ${rule.name ?? rule.id}: ${rule.action} ${rule.source} -> ${rule.destination}, priority ${rule.priority}`]
    : [];
  const consent = consent_required ? ["consent: the machine's owner or an administrator has to agree first"] : [];
  return `${[`${verdict}: ${reason}`, ...by, ...consent].join("\n")}\n`;
}
