import type { Command } from "commander";
import { run } from "../cli.ts";
import { execHistory } from "../commands/exec-history.ts";
import { countOption } from "../option-values.ts";

export function execTopic(program: Command): void {
  program
    .command("exec")
    .description("commands that were run; to run one: session exec")
    .command("history [run]")
    .description("the latest runs, or with the beginning of a run's id what came of it on every node")
    .option("--limit <count>", "how many commands to look back", countOption, 200)
    .addHelpText("after", "\nExamples:\n  gatekey-admin exec history\n  gatekey-admin exec history 3f2a9c01 -o json")
    .action(run(execHistory));
}
