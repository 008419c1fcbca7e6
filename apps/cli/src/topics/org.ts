import type { Command } from "commander";
import { run } from "../cli.ts";
import { orgList } from "../commands/org-list.ts";

export function orgTopic(program: Command): void {
  program
    .command("org")
    .description("organisations")
    .command("list")
    .description("yours, and your role in each; a star marks the one that commands are about")
    .addHelpText("after", "\nExamples:\n  gatekey-admin org list\n  gatekey-admin org list -o json")
    .action(run(orgList));
}
