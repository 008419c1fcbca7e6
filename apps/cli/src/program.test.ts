import type { Command } from "commander";
import { expect, test } from "vitest";
import { buildProgram } from "./program.ts";

/** What `--help` shows of a command, with what is added to it. */
function helpOf(command: Command): string {
  let text = "";
  command.configureOutput({
    writeOut: (piece) => {
      text += piece;
    },
  });
  command.outputHelp();
  return text;
}

const nameOf = (command: Command): string =>
  command.parent?.parent ? `${nameOf(command.parent)} ${command.name()}` : command.name();
const leavesOf = (command: Command): Command[] =>
  command.commands.length === 0 ? [command] : command.commands.flatMap(leavesOf);

/** Those that people are shown. */
const LEAVES = leavesOf(buildProgram())
  .map((command) => [nameOf(command), command] as const)
  .filter(([name]) => !name.startsWith("__"));

test("GK-023 GK-024 GK-034 GK-058 GK-071 the documented commands are there", () => {
  expect(LEAVES.map(([name]) => name)).toEqual(
    expect.arrayContaining([
      "session list",
      "session exec",
      "session connect",
      "gateway update",
      "mesh hub update",
      "mesh spoke update",
      "troubleshoot ping",
      "troubleshoot nslookup",
      "troubleshoot traceroute",
      "troubleshoot nc",
      "troubleshoot nmap",
      "troubleshoot list",
      "audit list",
      "login",
    ]),
  );
});

test.each(LEAVES)("%s has an example in its help, of itself", (name, command) => {
  const [, examples = ""] = helpOf(command).split(/\nExamples?:\n/);
  expect(examples).toContain(name.split(" ")[0]);
});
