import { PRODUCT_VERSION } from "@sallyport/protocol";
import { Command, Option } from "commander";
import { login } from "./commands/login.ts";
import { logout } from "./commands/logout.ts";
import { machineList } from "./commands/machine-list.ts";
import { sessionAttach } from "./commands/session-attach.ts";
import { sessionKill } from "./commands/session-kill.ts";
import { sessionOpen } from "./commands/session-open.ts";
import { sessionPs } from "./commands/session-ps.ts";
import { registerTroubleshoot } from "./commands/troubleshoot.ts";
import { reportError } from "./output/report-error.ts";

const outputOption = () => new Option("-o, --output <format>", "format").choices(["table", "json"]).default("table");
const predictOption = () =>
  new Option("--predict <when>", "show typed characters before they are echoed, when the machine is far away")
    .choices(["auto", "off"])
    .default("auto");
const KEYS = `
Keys: Ctrl-] then d detaches, k ends the session, r reconnects now, ? helps, Ctrl-] types one
`;

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

Exit status: 0 done, 1 our fault, 2 wrong usage, 3 not signed in, 4 not found, 5 in use elsewhere,
             6 try later, 254 refused, 255 no connection; of a session: the status of its program, or 128 and its signal`,
  );

program
  .command("login")
  .description("sign in; the password is asked for, or read from standard input")
  .option("--email <email>", "the account; asked for when it is not given")
  .option("--server <url>", "address of the control plane")
  .addHelpText("after", "\nExample:\n  gatekey-admin login --email admin@localhost --server https://door.example.com")
  .action(login);

program.command("logout").description("sign out").action(logout);

program
  .command("machine")
  .description("machines")
  .command("list")
  .description("machines of the organisation")
  .addOption(outputOption())
  .addHelpText("after", "\nExample:\n  gatekey-admin machine list -o json")
  .action(machineList);

const session = program.command("session").description("shells on machines");

session
  .command("ps")
  .description("who is on what, since when, from where; your own sessions, marked with a star")
  .option("--all", "sessions of everybody in the organisation")
  .option("--ended", "those that ended lately, instead of those that run")
  .option("--machine <name|id>", "sessions on this machine only")
  .addOption(outputOption())
  .addHelpText(
    "after",
    "\nExamples:\n  gatekey-admin session ps\n  gatekey-admin session ps --all --machine db-1 -o json",
  )
  .action(sessionPs);

session
  .command("open <machine>")
  .description("a new shell on a machine, by its name or id; it goes on when this terminal is gone")
  .addOption(predictOption())
  .addHelpText(
    "after",
    `${KEYS}\nExamples:\n  gatekey-admin session open db-1\n  echo 'uptime; exit' | gatekey-admin session open db-1`,
  )
  .action(sessionOpen);

session
  .command("attach <session>")
  .description("go on with a session of yours, by its id or the beginning of it")
  .option("--take-over", "close the window where it is open now")
  .option("--read-earlier", "show the output again that the machine still keeps, instead of the screen")
  .addOption(predictOption())
  .addHelpText(
    "after",
    `${KEYS}\nExamples:\n  gatekey-admin session attach 3f2a9c01\n  gatekey-admin session attach 3f2a9c01 --take-over`,
  )
  .action(sessionAttach);

session
  .command("kill <session...>")
  .description("end sessions and the programs that run in them")
  .option("-y, --yes", "do not ask")
  .addHelpText(
    "after",
    "\nExamples:\n  gatekey-admin session kill 3f2a9c01\n  gatekey-admin session kill -y 3f2a9c01 77b01e4d",
  )
  .action(sessionKill);

registerTroubleshoot(program);

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportError(error);
}
