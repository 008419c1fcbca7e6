import type { Command } from "commander";
import { run } from "../cli.ts";
import { auditList } from "../commands/audit-list.ts";
import { positiveOption } from "../option-values.ts";

export function auditTopic(program: Command): void {
  program
    .command("audit")
    .description("who did what")
    .command("list")
    .description("entries of the audit log, newest first")
    .option("--action <part>", "any part of an action's name: session, machine.registered")
    .option("--user <email|id>", "of this person")
    .option("--resource <type>", "about this kind of thing: machine, user, org, auth_key")
    .option("--text <text>", "with this text in it")
    .option("--since <moment>", "from then on: 30m, 2h, 7d, 2026-11-26, 2026-11-26T10:30:00Z")
    .option("--until <moment>", "before then")
    .option("--limit <count>", "so many", positiveOption, 50)
    .option("-f, --follow", "the last few, then new ones as they come, oldest first")
    .addHelpText(
      "after",
      "\nExamples:\n  gatekey-admin audit list --action session\n  gatekey-admin audit list --user ann@example.com --since 7d -o jsonl" +
        "\n  gatekey-admin audit list --action session.command --follow",
    )
    .action(run(auditList));
}
