import { Argument, type Command } from "commander";
import { run, runWithFlags } from "../cli.ts";
import { configInit, configSet, configUnset, configUse } from "../commands/config-edit.ts";
import { configProfiles, configShow } from "../commands/config-show.ts";
import { SETTING_NAMES } from "../settings/config-file.ts";

const keyArgument = () => new Argument("<key>", "which setting").choices(SETTING_NAMES);

export function configTopic(program: Command): void {
  const config = program
    .command("config")
    .description("what this command line is told once: servers, profiles, formats");

  config
    .command("init")
    .description("begin: write down the control plane's address, for everything or with --profile for one profile")
    .addHelpText(
      "after",
      "\nExamples:\n  gatekey-admin config init --server https://door.example.com" +
        "\n  gatekey-admin config init --profile staging --server https://staging.example.com --output json",
    )
    .action(runWithFlags(configInit));

  config
    .command("show")
    .description("what is in force now, from options, variables and the file; secrets are masked")
    .addHelpText(
      "after",
      "\nExamples:\n  gatekey-admin config show\n  gatekey-admin --profile staging config show -o yaml",
    )
    .action(run(configShow));

  config
    .command("set")
    .addArgument(keyArgument())
    .argument("<value>", "what it is from now on")
    .description("change a setting, in the profile that is in use; the value - is read from standard input")
    .addHelpText(
      "after",
      "\nExamples:\n  gatekey-admin config set output yaml\n  gatekey-admin config set api_key - < key.txt",
    )
    .action(runWithFlags(configSet));

  config
    .command("unset")
    .addArgument(keyArgument())
    .description("take a setting out of the profile that is in use")
    .addHelpText("after", "\nExample:\n  gatekey-admin config unset api_key")
    .action(runWithFlags(configUnset));

  config
    .command("profiles")
    .description("the profiles; a star marks the one in use")
    .addHelpText("after", "\nExample:\n  gatekey-admin config profiles")
    .action(run(configProfiles));

  config
    .command("use <profile>")
    .description("use this profile from now on; default stands for what is outside of all profiles")
    .addHelpText("after", "\nExamples:\n  gatekey-admin config use staging\n  gatekey-admin config use default")
    .action(runWithFlags(configUse));
}
