/** The tree of commands as completion needs it: what may stand where. Read from commander, so it is never out of date. */
import type { Argument, Command, Option } from "commander";

/** What a value may be. */
export type Value = { kind: "words"; words: readonly string[] } | { kind: "machines" | "file" | "anything" };

export interface Described {
  name: string;
  summary: string;
}

interface DescribedOption {
  /** `-o`, `--output`. */
  flags: readonly string[];
  summary: string;
  /** Undefined for a switch. */
  value: Value | undefined;
}

export interface DescribedCommand {
  /** Empty for the program itself; `session ps`. */
  path: string;
  children: readonly Described[];
  options: readonly DescribedOption[];
  /** By place; the last one goes on when `isVariadic`. */
  values: readonly Value[];
  isVariadic: boolean;
}

export function describeCommands(command: Command, path = ""): DescribedCommand[] {
  const help = command.createHelp();
  const children = help.visibleCommands(command);
  const own: DescribedCommand = {
    path,
    children: children.map((child) => ({ name: child.name(), summary: child.description() })),
    options: help.visibleOptions(command).map(describeOption),
    values: command.registeredArguments.map(describeArgument),
    isVariadic: command.registeredArguments.at(-1)?.variadic ?? false,
  };
  const below = children.filter((child) => command.commands.includes(child));
  return [own, ...below.flatMap((child) => describeCommands(child, `${path} ${child.name()}`.trim()))];
}

const describeOption = ({
  short,
  long,
  description,
  required,
  optional,
  argChoices,
  flags,
}: Option): DescribedOption => ({
  flags: [short, long].filter((flag) => flag !== undefined),
  summary: description,
  value: required || optional ? kindOf(argChoices, `${long} ${flags}`) : undefined,
});

const describeArgument = (argument: Argument): Value => kindOf(argument.argChoices, `<${argument.name()}>`);

/** A machine is called so wherever one is asked for. */
function kindOf(choices: readonly string[] | undefined, spelling: string): Value {
  if (choices) return { kind: "words", words: choices };
  if (/^--(machine|node)\b|<(machine|node)>/.test(spelling)) return { kind: "machines" };
  return { kind: /<(file|dir)>/.test(spelling) ? "file" : "anything" };
}

export interface ValueCase {
  /** Undefined where it is the same for every command that has the flag. */
  path: string | undefined;
  flags: readonly string[];
  value: Value;
}

/** What may follow each flag. Those that mean the same everywhere are there once. */
export function valuesOfFlags(commands: readonly DescribedCommand[]): ValueCase[] {
  const all = commands.flatMap(({ path, options }) =>
    options.flatMap(({ flags, value }) => (value ? [{ path, flags, value }] : [])),
  );
  const keyOf = ({ flags }: ValueCase) => flags.join(" ");
  return [...new Set(all.map(keyOf))].flatMap((key): ValueCase[] => {
    const cases = all.filter((each) => keyOf(each) === key);
    const isSame = new Set(cases.map(({ value }) => JSON.stringify(value))).size === 1;
    const [first] = cases;
    return isSame && first ? [{ ...first, path: undefined }] : cases;
  });
}
