import { type Command, Option } from "commander";
import { run } from "../cli.ts";
import { sessionAttach } from "../commands/session-attach.ts";
import { sessionConnect } from "../commands/session-connect.ts";
import { sessionExec } from "../commands/session-exec.ts";
import { sessionKill } from "../commands/session-kill.ts";
import { sessionList } from "../commands/session-list.ts";
import { sessionOpen } from "../commands/session-open.ts";
import { sessionPs } from "../commands/session-ps.ts";
import { collect, countOption, positiveOption } from "../option-values.ts";

const KEYS = `
Keys: Ctrl-] then d detaches, k ends the session, r reconnects now, ? helps, Ctrl-] types one
`;

const EXEC_HELP = `
Options come before the node; what follows it is the command's, as with ssh. Ctrl-C reaches the command; twice ends it.

Examples:
  gatekey-admin session exec hub-1 "ip addr"
  gatekey-admin session exec hub-1 tar cf - /etc | tar tf -
  gatekey-admin session exec --timeout 600 gw-west,gw-east apt-get -y upgrade
  gatekey-admin session exec --on 'kind=hub,tag=prod' --canary 1 --batch 10 systemctl restart openvpn
  gatekey-admin session exec --on 'name=*' --log-dir out uname -a

Exit status: the command's own; 124 out of time, 254 refused, 255 no connection; on many nodes 0 when all succeeded, else 1
`;

const predictOption = () =>
  new Option("--predict <when>", "show typed characters before they are echoed, when the machine is far away")
    .choices(["auto", "off"])
    .default("auto");

export function sessionTopic(program: Command): void {
  const session = program.command("session").description("shells on machines");

  session
    .command("list")
    .description("agents on which sessions can be opened now: connected, and enabled on both sides; times are UTC")
    .addHelpText("after", "\nExamples:\n  gatekey-admin session list\n  gatekey-admin session list -o jsonl")
    .action(run(sessionList));

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
    .command("exec [words...]")
    .usage("[options] <node[,node...]> <command...> | --on <selector> <command...>")
    .description("run a command on a node, or on each of many; its input, output, signals and status are this one's")
    .option(
      "--on <selector>",
      "nodes with kind=, tag=, name=, id=; several conditions by commas; may be repeated",
      collect,
    )
    .option("--timeout <seconds>", "end the command after this long (default: 60; 0: never)", countOption)
    .option("-n, --no-stdin", "do not read standard input")
    .option("--batch <count>", "of many nodes, how many at a time", positiveOption, 50)
    .option("--canary <count>", "of many nodes, how many first; the others only if none of these fails", countOption, 0)
    .option("--max-fail <count>", "of many nodes, start no more after this many failures and one", countOption)
    .option("--log-dir <folder>", "of many nodes, write what each says to files there")
    .passThroughOptions()
    .addHelpText("after", EXEC_HELP)
    .action(run(sessionExec));

  session
    .command("connect <node>")
    .description("a shell on a node in this terminal; or, from a pipe, one command per line until 'exit'")
    .option("--timeout <seconds>", "from a pipe: end a command after this long (default: 60; 0: never)", countOption)
    .addOption(predictOption())
    .addHelpText(
      "after",
      `${KEYS}\nExamples:\n  gatekey-admin session connect hub-1\n  printf 'ip addr\\nexit\\n' | gatekey-admin session connect hub-1`,
    )
    .action(run(sessionConnect));

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
