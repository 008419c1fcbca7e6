/** The command line as a tree. A topic's commands are in a file of its own; it is named in `TOPICS` and nowhere else. */
import { PRODUCT_VERSION } from "@sallyport/protocol";
import { Command, Help, Option } from "commander";
import type { Topic } from "./cli.ts";
import { FORMATS } from "./output/format.ts";
import { apiKeyTopic } from "./topics/api-key.ts";
import { auditTopic } from "./topics/audit.ts";
import { completionTopic } from "./topics/completion.ts";
import { configTopic } from "./topics/config.ts";
import { execTopic } from "./topics/exec.ts";
import { machineTopic } from "./topics/machine.ts";
import { nodeTopic } from "./topics/node.ts";
import { orgTopic } from "./topics/org.ts";
import { sessionTopic } from "./topics/session.ts";
import { signInTopic } from "./topics/sign-in.ts";
import { troubleshootTopic } from "./topics/troubleshoot.ts";

/** In the order of `--help`. */
const TOPICS: readonly Topic[] = [
  signInTopic,
  configTopic,
  orgTopic,
  machineTopic,
  nodeTopic,
  sessionTopic,
  execTopic,
  troubleshootTopic,
  auditTopic,
  apiKeyTopic,
  completionTopic,
];

const HELP = `
Environment:
  GATEKEY_SERVER        address of the control plane
  GATEKEY_API_KEY       an API key instead of a sign-in; GATEKEY_API_KEY_FILE names a file that holds one
  GATEKEY_CONFIG        the configuration (default: ~/.gatekey-admin/config.yaml)
  GATEKEY_PROFILE       the profile in it
  GATEKEY_ORG           the organisation, by id or name
  NO_COLOR              no colours

Exit status: 0 done, 1 our fault, 2 wrong usage, 3 not signed in, 4 not found, 5 in use elsewhere,
             6 try later, 124 out of time, 254 refused, 255 no connection; of a session or command: the status
             of its program, or 128 and its signal; of a command on many nodes: 0 when all succeeded, else 1`;

const EVERYWHERE = "Everywhere:";

/** Usable before a command's name and after it. */
const globalOptions = (): Option[] =>
  [
    new Option("--server <url>", "address of the control plane"),
    new Option("--api-key <key>", "an API key instead of a sign-in (better: GATEKEY_API_KEY, which others cannot see)"),
    new Option("--config <file>", "the configuration (default: ~/.gatekey-admin/config.yaml)"),
    new Option("--profile <name>", "the profile in it"),
    new Option("--org <name|id>", "the organisation, for people who are in several"),
    new Option("--insecure", "allow unencrypted http:// to another computer"),
    new Option("-o, --output <format>", "how results are printed (default: table)").choices(FORMATS),
  ].map((option) => option.helpGroup(EVERYWHERE));

/** What is a command's own comes first. */
const groupItems: Help["groupItems"] = (unsorted, visible, groupOf) => {
  const groups = new Help().groupItems(unsorted, visible, groupOf);
  const everywhere = groups.get(EVERYWHERE);
  if (everywhere && groups.delete(EVERYWHERE)) groups.set(EVERYWHERE, everywhere);
  return groups;
};

export function buildProgram(): Command {
  const program = new Command("gatekey-admin")
    .description("The operator's command line of a Sallyport control plane.")
    .version(PRODUCT_VERSION)
    .exitOverride()
    // Mistakes are reported like every other failure: `main.ts`.
    .configureHelp({ groupItems })
    .configureOutput({ outputError: () => {} })
    // What comes after the name of a command is that command's: `session exec` passes words on as they are.
    .enablePositionalOptions()
    .addHelpText("after", HELP);
  for (const topic of TOPICS) topic(program);
  addGlobalOptions(program);
  return program;
}

function addGlobalOptions(command: Command, path = command.name()): void {
  for (const option of globalOptions()) command.addOption(option);
  const [first] = command.commands;
  if (first) command.addHelpText("after", `\nExamples: ${path} ${first.name()} --help, and of every other command`);
  for (const child of command.commands) addGlobalOptions(child, `${path} ${child.name()}`);
}
