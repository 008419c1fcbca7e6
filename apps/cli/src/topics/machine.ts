import type { Command } from "commander";
import { run } from "../cli.ts";
import { machineList } from "../commands/machine-list.ts";

export function machineTopic(program: Command): void {
  program
    .command("machine")
    .description("machines")
    .command("list")
    .description("machines of the organisation")
    .addHelpText("after", "\nExamples:\n  gatekey-admin machine list\n  gatekey-admin machine list -o json")
    .action(run(machineList));
}
