import { PRODUCT_VERSION } from "@sallyport/protocol";
import { Command } from "commander";
import { auditVerify } from "./commands/audit-verify.ts";
import { authKeyCreate } from "./commands/auth-key-create.ts";
import { dbQuery } from "./commands/db-query.ts";
import { reportFailure } from "./commands/report-failure.ts";
import { serve } from "./commands/serve.ts";
import { userPassword } from "./commands/user-password.ts";

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
  .command("audit")
  .description("the audit log")
  .command("verify")
  .description("check every hash chain; exit status 1 and the first bad row if one does not hold")
  .option("--against <file>", "also compare with a copy: lines from Loki, or of an export as jsonl")
  .option("--json", "print the report as JSON")
  .action(auditVerify);

program
  .command("auth-key")
  .description("keys that let machines enrol")
  .command("create")
  .description("make a key that enrols one machine within a day, and print it")
  .argument("<name>", "what the key is for")
  .option("--org <id>", "the organisation; the first one by default")
  .addHelpText("after", "\nExample:\n  ZTNA_AUTH_KEY=$(sallyport auth-key create web-1) ztna up")
  .action(authKeyCreate);

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
