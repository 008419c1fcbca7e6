import { ACCESS_VERBS, PRODUCT_VERSION } from "@sallyport/protocol";
import { Command, Option } from "commander";
import { accessExplain } from "./commands/access-explain.ts";
import { auditVerify } from "./commands/audit-verify.ts";
import { authKeyCreate, authKeyList, authKeyRevoke } from "./commands/auth-key.ts";
import { dbQuery } from "./commands/db-query.ts";
import { reportFailure } from "./commands/report-failure.ts";
import { serve } from "./commands/serve.ts";
import { userPassword } from "./commands/user-password.ts";

/** For options that may be repeated. */
const collect = (value: string, before: string[] = []): string[] => [...before, value];

const program = new Command("sallyport")
  .description("The control plane: machines dial out to it, people reach them through it.")
  .version(PRODUCT_VERSION)
  .showHelpAfterError()
  .addHelpText("after", "\nConfiguration is read from the environment; see docs/operations.md.");

program
  .command("serve")
  .description("run the control plane")
  .addHelpText("after", "\nExample:\n  PORT=8443 DATA_DIR=/var/lib/sallyport sallyport serve")
  .action(serve);

program
  .command("db")
  .description("the database of this control plane")
  .command("query")
  .description("run one SQL statement, through the running server if there is one; it is recorded in the audit log")
  .argument("<sql>", "the statement")
  .option("--json", "print rows as JSON")
  .addHelpText(
    "after",
    "\nExample:\n  sallyport db query \"UPDATE auth_keys SET expires_at = NOW() - INTERVAL '1 hour' WHERE name = 'old'\"",
  )
  .action(dbQuery);

program
  .command("access")
  .description("who may reach what")
  .command("explain")
  .description("say whether somebody may use a machine now, and which plan, role or rule decides; opens nothing")
  .requiredOption("--user <user>", "e-mail address or id")
  .requiredOption("--machine <machine>", "name or id")
  .addOption(new Option("--verb <verb>", "what for").choices(ACCESS_VERBS).makeOptionMandatory())
  .option("--from <machine>", "the machine that the person sits at, besides those that are his")
  .option("--org <id>", "the organisation; the first one by default")
  .option("--json", "print it as JSON")
  .addHelpText(
    "after",
    "\nExample:\n  sallyport access explain --user ann@example.com --machine web-1 --verb desktop-peer --from laptop-ann",
  )
  .action(accessExplain);

program
  .command("audit")
  .description("the audit log")
  .command("verify")
  .description("check every hash chain; exit status 1 and the first bad row if one does not hold")
  .option("--against <file>", "also compare with a copy: lines from Loki, or of an export as jsonl")
  .option("--json", "print the report as JSON")
  .action(auditVerify);

const authKey = program.command("auth-key").description("keys that let machines enrol");

authKey
  .command("create")
  .description("make a key and print it; without options it enrols one machine within a day")
  .argument("<name>", "what the key is for")
  .option("--org <id>", "the organisation; the first one by default")
  .option("--reusable", "good for any number of machines")
  .option("--max-uses <n>", "good for so many registrations", Number)
  .option("--ephemeral", "its machines are deleted when they have been offline for 30 minutes")
  .option("--expiry-days <n>", "days until it expires, 1 to 365", Number)
  .option("--tag <tag>", "a tag for its machines; may be repeated", collect)
  .option("--cidr <subnet>", "where its machines may register from; may be repeated", collect)
  .addHelpText(
    "after",
    "\nExamples:\n  ZTNA_AUTH_KEY=$(sallyport auth-key create web-1) ztna up\n  sallyport auth-key create ci --ephemeral --max-uses 50 --expiry-days 30 --tag ci --cidr 10.0.0.0/8",
  )
  .action(authKeyCreate);

authKey
  .command("list")
  .description("the keys of an organisation; their texts are not kept")
  .option("--org <id>", "the organisation; the first one by default")
  .option("--json", "print them as JSON")
  .action(authKeyList);

authKey
  .command("revoke")
  .description("revoke a key and put the machines that it enrolled in quarantine")
  .argument("<id>", "the key's id, from the list")
  .option("--org <id>", "the organisation; the first one by default")
  .action(authKeyRevoke);

program
  .command("user")
  .description("accounts")
  .command("set-password")
  .description("set an account's password (read from standard input) and end all its sign-ins")
  .argument("<email>")
  .addHelpText("after", "\nExample:\n  sallyport user set-password admin@localhost < password.txt")
  .action(userPassword);

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportFailure(error);
}
