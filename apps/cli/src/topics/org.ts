import { type Command, Option } from "commander";
import { run } from "../cli.ts";
import { orgList } from "../commands/org-list.ts";
import { orgSet, orgShow } from "../commands/org-set.ts";

export function orgTopic(program: Command): void {
  const org = program.command("org").description("organisations");

  org
    .command("list")
    .description("yours, and your role in each; a star marks the one that commands are about")
    .addHelpText("after", "\nExamples:\n  gatekey-admin org list\n  gatekey-admin org list -o json")
    .action(run(orgList));

  org
    .command("show")
    .description("the organisation that commands are about, and what it has chosen")
    .addHelpText("after", "\nExample:\n  gatekey-admin org show")
    .action(run(orgShow));

  org
    .command("set")
    .description("choose; what is not given stays")
    .addOption(
      new Option(
        "--record-output <switch>",
        "keep the beginning of what commands write, in the audit log and the history",
      ).choices(["true", "false"]),
    )
    .addHelpText("after", "\nExample:\n  gatekey-admin org set --record-output=true")
    .action(run(orgSet));
}
