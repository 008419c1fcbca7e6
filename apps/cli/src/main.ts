import { PRODUCT_VERSION } from "@sallyport/protocol";
import { Command, Option } from "commander";
import { login } from "./commands/login.ts";
import { logout } from "./commands/logout.ts";
import { machineList } from "./commands/machine-list.ts";
import { reportError } from "./output/report-error.ts";

const program = new Command("gatekey-admin")
  .description("The operator's command line of a Sallyport control plane.")
  .version(PRODUCT_VERSION)
  .showHelpAfterError()
  .addHelpText(
    "after",
    `
Environment:
  GATEKEY_SERVER  address of the control plane (http://127.0.0.1:8080)
  GATEKEY_CONFIG  where the sign-in is kept (~/.gatekey-admin/sign-in.json)

Exit status: 0 done, 1 our fault, 2 wrong usage, 3 not signed in, 4 not found, 6 try later, 254 refused, 255 no connection`,
  );

program
  .command("login")
  .description("sign in; the password is asked for, or read from standard input")
  .requiredOption("--email <email>", "the account")
  .option("--server <url>", "address of the control plane")
  .addHelpText("after", "\nExample:\n  gatekey-admin login --email admin@localhost --server https://door.example.com")
  .action(login);

program.command("logout").description("sign out").action(logout);

program
  .command("machine")
  .description("machines")
  .command("list")
  .description("machines of the organisation")
  .addOption(new Option("-o, --output <format>", "format").choices(["table", "json"]).default("table"))
  .addHelpText("after", "\nExample:\n  gatekey-admin machine list -o json")
  .action(machineList);

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportError(error);
}
