/** The scripts, in the shells they are for. */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildProgram } from "../program.ts";
import { bashCompletion } from "./bash.ts";
import { type DescribedCommand, describeCommands, valuesOfFlags } from "./describe-commands.ts";
import { fishCompletion } from "./fish.ts";
import { zshCompletion } from "./zsh.ts";

const commands = describeCommands(buildProgram());
const has = (shell: string) => spawnSync(shell, ["-c", "exit 0"]).status === 0;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "completion-"));
  // The command as a shell finds it, with what machines may call themselves at worst.
  const command = join(folder, "gatekey-admin");
  writeFileSync(
    command,
    `#!/bin/sh\n[ "$1" = __machines ] && printf '%s\\n' db-1 db-2 web-1 '$(touch ${folder}/owned)'\n`,
  );
  chmodSync(command, 0o755);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a script of that shell; what it prints, line by line. */
function run(shell: string, args: string[], text: string): string[] {
  const script = join(folder, `script.${shell}`);
  writeFileSync(script, text);
  const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` };
  const { stdout, stderr } = spawnSync(shell, [...args, script], { encoding: "utf8", env });
  expect(stderr).toBe("");
  return stdout.split("\n").filter((line) => line !== "");
}

function inBash(line: string): string[] {
  // As readline splits it: `=` is a word of its own.
  const words = line.split(/ |(?<==)|(?==)/);
  const quoted = words.map((word) => `'${word}'`).join(" ");
  return run(
    "bash",
    ["--norc"],
    `${bashCompletion(commands)}
COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; _gatekey_admin; printf '%s\\n' "\${COMPREPLY[@]}"`,
  );
}

function inFish(line: string): string[] {
  const offered = run("fish", ["--no-config"], `${fishCompletion(commands)}\ncomplete -C '${line}'`);
  return offered.map((each) => each.split("\t")[0] ?? "");
}

/** The real line editor, on a pseudo-terminal; `compadd` tells what it is given. */
function inZsh(line: string): string[] {
  const completion = join(folder, "completion.zsh");
  writeFileSync(completion, zshCompletion(commands));
  const offered = run(
    "zsh",
    ["-f"],
    `zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z 'PS1=; autoload -U compinit; compinit -u -d ${folder}/dump; source ${completion}'
zpty -w z 'compadd() { local -a got; builtin compadd -O got "$@"; builtin compadd "$@"; print -l -- "OFFER:"$^got >> ${folder}/offers }'
zpty -w z ': > ${folder}/offers'
zpty -w z 'bindkey "^I" complete-word; print READY'
zpty -r -m z out '*READY*'
zpty -n -w z ${JSON.stringify(line)}$'\\t'
for i in {1..200}; do sleep 0.1; [[ -s ${folder}/offers ]] && break; done
sleep 0.2
cat ${folder}/offers
zpty -d z`,
  );
  return offered.flatMap((each) => (each.startsWith("OFFER:") ? [each.slice("OFFER:".length)] : []));
}

const SHELLS = [
  ["bash", inBash],
  ["fish", inFish],
] as const;

describe.each(SHELLS)("completion in %s", (shell, complete) => {
  const offers = (line: string) => complete(line).sort();

  describe.skipIf(!has(shell))("with the shell itself", () => {
    test("offers every command, and below each what is below it", () => {
      for (const { path, children } of commands) {
        if (children.length === 0) continue;
        const names = children.map(({ name }) => name).sort();
        expect(offers(`gatekey-admin ${path ? `${path} ` : ""}`), path).toEqual(names);
      }
    });

    test("goes on with what is begun, also behind options and their values", () => {
      expect(offers("gatekey-admin sess")).toEqual(["session"]);
      expect(offers("gatekey-admin -o json --server x session a")).toEqual(["attach"]);
      expect(offers("gatekey-admin --output=json session a")).toEqual(["attach"]);
      expect(offers("gatekey-admin machine -o json l")).toEqual(["list"]);
    });

    test("offers the values that an option takes", () => {
      expect(offers("gatekey-admin machine list -o ")).toEqual(["json", "jsonl", "table", "yaml"]);
      expect(offers("gatekey-admin session open x --predict o")).toEqual(["off"]);
      expect(offers("gatekey-admin completion ")).toEqual(["bash", "fish", "zsh"]);
      expect(offers("gatekey-admin config set o")).toEqual(["org", "output"]);
    });

    test("offers machines where one is asked for, and runs nothing that is in their names", () => {
      expect(offers("gatekey-admin session open db")).toEqual(["db-1", "db-2"]);
      expect(offers("gatekey-admin session ps --machine w")).toEqual(["web-1"]);
      expect(offers("gatekey-admin session open db-1 ")).toEqual([]);
      offers("gatekey-admin session open ");
      expect(() => rmSync(join(folder, "owned"))).toThrow("ENOENT");
    });

    test("offers options of the command", () => {
      expect(offers("gatekey-admin session attach --t")).toEqual(["--take-over"]);
      expect(offers("gatekey-admin api-key create x --exp")).toEqual(["--expires-days"]);
    });
  });
});

test.skipIf(!has("bash"))("bash offers exactly the options of each command", () => {
  for (const { path, options } of commands) {
    const flags = options.flatMap((option) => option.flags).sort();
    expect(inBash(`gatekey-admin ${path ? `${path} ` : ""}-`).sort(), path).toEqual(flags);
  }
});

test.skipIf(!has("bash"))("bash: a value behind = is completed, and nothing behind --", () => {
  expect(inBash("gatekey-admin machine list --output=j").sort()).toEqual(["json", "jsonl"]);
  expect(inBash("gatekey-admin machine list --output=").sort()).toEqual(["json", "jsonl", "table", "yaml"]);
  expect(inBash("gatekey-admin session open -- ")).toEqual([]);
});

describe.skipIf(!has("zsh"))("completion in zsh, with the shell itself", () => {
  test("offers commands, values and machines", () => {
    expect(inZsh("gatekey-admin session a")).toContain("attach");
    expect(inZsh("gatekey-admin machine list -o js").sort()).toEqual(["json", "jsonl"]);
    expect(inZsh("gatekey-admin session open d").sort()).toEqual(["db-1", "db-2"]);
  });
});

test.each([
  ["bash", bashCompletion],
  ["zsh", zshCompletion],
  ["fish", fishCompletion],
] as const)("the script for %s is one that the shell can read", (shell, script) => {
  if (has(shell)) expect(run(shell, ["-n"], script(commands))).toEqual([]);
});

test("an option takes a value in every command that has it, or in none", () => {
  const kinds = new Map<string, Set<boolean>>();
  for (const { flags, value } of commands.flatMap(({ options }) => options)) {
    for (const flag of flags) kinds.set(flag, (kinds.get(flag) ?? new Set()).add(value !== undefined));
  }
  expect([...kinds].filter(([, each]) => each.size > 1)).toEqual([]);
});

test("what an option takes is said once where it is the same everywhere, and for each command where it is not", () => {
  const command = (path: string, words: string[]): DescribedCommand => ({
    path,
    children: [],
    values: [],
    isVariadic: false,
    options: [{ flags: ["--as"], summary: "", value: { kind: "words", words } }],
  });
  expect(valuesOfFlags([command("a", ["x"]), command("b", ["x"])]).map(({ path }) => path)).toEqual([undefined]);
  expect(valuesOfFlags([command("a", ["x"]), command("b", ["y"])]).map(({ path }) => path)).toEqual(["a", "b"]);
});
