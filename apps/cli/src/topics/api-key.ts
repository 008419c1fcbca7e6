import { API_KEY_DAYS, ROLES } from "@sallyport/protocol";
import { type Command, Option } from "commander";
import { run } from "../cli.ts";
import { apiKeyCreate, apiKeyList, apiKeyRevoke } from "../commands/api-key.ts";
import { wholeNumber } from "../input.ts";

export function apiKeyTopic(program: Command): void {
  const apiKey = program
    .command("api-key")
    .description("API keys: your rights in one organisation, or fewer, for scripts");

  apiKey
    .command("create <name>")
    .description("make a key; it is shown this once, alone on standard output")
    .addOption(new Option("--role <role>", "no more than this (default: your own role)").choices(ROLES))
    .option(
      "--expires-days <days>",
      `${API_KEY_DAYS.min} to ${API_KEY_DAYS.max} (default: ${API_KEY_DAYS.default})`,
      wholeNumber,
    )
    .addHelpText(
      "after",
      "\nExamples:\n  gatekey-admin api-key create deploy --role admin --expires-days 30" +
        "\n  gatekey-admin api-key create watcher --role auditor > key.txt",
    )
    .action(run(apiKeyCreate));

  apiKey
    .command("list")
    .description("your keys; everybody's for an administrator")
    .addHelpText("after", "\nExamples:\n  gatekey-admin api-key list\n  gatekey-admin api-key list -o jsonl")
    .action(run(apiKeyList));

  apiKey
    .command("revoke <key...>")
    .description("end keys, by name, id, the beginning of it, or what a list shows of the key; ends what they opened")
    .addHelpText(
      "after",
      "\nExamples:\n  gatekey-admin api-key revoke deploy\n  gatekey-admin api-key revoke gk_77b01e4d",
    )
    .action(run(apiKeyRevoke));
}
