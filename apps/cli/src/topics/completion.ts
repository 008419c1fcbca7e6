import { Argument, type Command } from "commander";
import { runWithFlags } from "../cli.ts";
import { bashCompletion } from "../completion/bash.ts";
import { describeCommands } from "../completion/describe-commands.ts";
import { fishCompletion } from "../completion/fish.ts";
import { printMachineNames } from "../completion/machine-names.ts";
import { zshCompletion } from "../completion/zsh.ts";

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };

export function completionTopic(program: Command): void {
  program
    .command("completion")
    .description("print a script that completes commands, options and names of machines in your shell")
    .addArgument(new Argument("<shell>", "which").choices(Object.keys(SHELLS)))
    .addHelpText(
      "after",
      `
Examples:
  source <(gatekey-admin completion bash)           in ~/.bashrc
  source <(gatekey-admin completion zsh)            in ~/.zshrc, after compinit
  gatekey-admin completion fish | source            in ~/.config/fish/config.fish`,
    )
    .action(
      runWithFlags((_flags, shell: keyof typeof SHELLS) => {
        process.stdout.write(SHELLS[shell](describeCommands(program)));
      }),
    );

  // What the scripts ask for.
  program.command("__machines", { hidden: true }).action(printMachineNames);
}
