import type { Command } from "commander";
import { run } from "../cli.ts";
import { login } from "../commands/login.ts";
import { logout } from "../commands/logout.ts";
import { whoami } from "../commands/whoami.ts";

export function signInTopic(program: Command): void {
  program
    .command("login")
    .description("sign in: in the browser, with --email by password, or with an API key")
    .option("--email <email>", "by password, which is asked for, or read from standard input")
    .option("--no-browser", "show the address to open instead of opening it")
    .addHelpText(
      "after",
      `
Examples:
  gatekey-admin login --server https://door.example.com
  gatekey-admin login --email admin@localhost
  gatekey-admin login --api-key - < key.txt`,
    )
    .action(run(login));

  program
    .command("logout")
    .description("sign out")
    .addHelpText("after", "\nExample:\n  gatekey-admin logout")
    .action(run(logout));

  program
    .command("whoami")
    .description("who is signed in, where, and how")
    .addHelpText("after", "\nExamples:\n  gatekey-admin whoami\n  gatekey-admin whoami -o json")
    .action(run(whoami));
}
