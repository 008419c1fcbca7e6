import type { Command } from "commander";
import { run } from "../cli.ts";
import { login } from "../commands/login.ts";
import { logout } from "../commands/logout.ts";

export function signInTopic(program: Command): void {
  program
    .command("login")
    .description("sign in; the password is asked for, or read from standard input")
    .option("--email <email>", "the account; asked for when it is not given")
    .addHelpText("after", "\nExample:\n  gatekey-admin login --email admin@localhost --server https://door.example.com")
    .action(run(login));

  program
    .command("logout")
    .description("sign out")
    .addHelpText("after", "\nExample:\n  gatekey-admin logout")
    .action(run(logout));
}
