import { type Command, Option } from "commander";
import { run } from "../cli.ts";
import { sessionAttach } from "../commands/session-attach.ts";
import { sessionKill } from "../commands/session-kill.ts";
import { sessionOpen } from "../commands/session-open.ts";
import { sessionPs } from "../commands/session-ps.ts";

const KEYS = `
Keys: Ctrl-] then d detaches, k ends the session, r reconnects now, ? helps, Ctrl-] types one
`;

const predictOption = () =>
  new Option("--predict <when>", "show typed characters before they are echoed, when the machine is far away")
    .choices(["auto", "off"])
    .default("auto");

export function sessionTopic(program: Command): void {
  const session = program.command("session").description("shells on machines");

  session
    .command("ps")
    .description("who is on what, since when, from where; your own sessions, marked with a star")
    .option("--all", "sessions of everybody in the organisation")
    .option("--ended", "those that ended lately, instead of those that run")
    .option("--machine <name|id>", "sessions on this machine only")
    .addHelpText(
      "after",
      "\nExamples:\n  gatekey-admin session ps\n  gatekey-admin session ps --all --machine db-1 -o json",
    )
    .action(run(sessionPs));

  session
    .command("open <machine>")
    .description("a new shell on a machine, by its name or id; it goes on when this terminal is gone")
    .addOption(predictOption())
    .addHelpText(
      "after",
      `${KEYS}\nExamples:\n  gatekey-admin session open db-1\n  echo 'uptime; exit' | gatekey-admin session open db-1`,
    )
    .action(run(sessionOpen));

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
    .action(run(sessionAttach));

  session
    .command("kill <session...>")
    .description("end sessions and the programs that run in them")
    .option("-y, --yes", "do not ask")
    .addHelpText(
      "after",
      "\nExamples:\n  gatekey-admin session kill 3f2a9c01\n  gatekey-admin session kill -y 3f2a9c01 77b01e4d",
    )
    .action(run(sessionKill));
}
