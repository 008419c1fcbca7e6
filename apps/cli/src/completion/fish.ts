import { type DescribedCommand, type Value, type ValueCase, valuesOfFlags } from "./describe-commands.ts";
import { quoteFish as quote } from "./quote.ts";

export function fishCompletion(commands: readonly DescribedCommand[]): string {
  return `# Completion of gatekey-admin for fish. To load it: gatekey-admin completion fish | source
function __gatekey_admin_at
    set -l at ''
    set -l place 0
    set -l value 0
    for word in (commandline -opc)[2..-1]
        if test $word = --
            return 1
        end
        if test $value = 1
            set value 0
            continue
        end
        switch "$at $word"
            case ${valuesOfFlags(commands).map(patterns).join(" ")}
                set value 1
            case '* -*'
${commands
  .filter(({ path }) => path !== "")
  .map(
    ({ path }) => `            case ${quote(path.includes(" ") ? path : ` ${path}`)}
                set at ${quote(path)}`,
  )
  .join("\n")}
            case '*'
                set place (math $place + 1)
        end
    end
    test "$argv[1]" = "$at"; or return 1
    test (count $argv) = 1; or test $argv[2] = $place; or test $argv[2] = more
end
complete -c gatekey-admin -e
complete -c gatekey-admin -f
${commands.flatMap(linesOf).join("\n")}
`;
}

function linesOf({ path, children, options, values, isVariadic }: DescribedCommand): string[] {
  const at = (rest = "") => `complete -c gatekey-admin -n ${quote(`__gatekey_admin_at ${quote(path)}${rest}`)}`;
  return [
    ...children.map(({ name, summary }) => `${at(" 0")} -a ${quote(name)} -d ${quote(summary)}`),
    ...options.map(({ flags, summary, value }) => {
      const spelt = flags.map((flag) => (flag.startsWith("--") ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
      return `${at()} ${spelt.join(" ")}${value ? complete(value, "-x") : ""} -d ${quote(summary)}`;
    }),
    ...values.flatMap((value, place) => {
      const text = complete(value, "");
      const goesOn = isVariadic && place === values.length - 1;
      return text === "" ? [] : [`${at(goesOn ? " more" : ` ${place}`)}${text}`];
    }),
  ];
}

function complete(value: Value, exclusive: "-x" | ""): string {
  const flag = exclusive === "" ? "" : ` ${exclusive}`;
  switch (value.kind) {
    case "words":
      return `${flag} -a ${quote(value.words.join(" "))}`;
    case "machines":
      return `${flag} -a '(gatekey-admin __machines 2>/dev/null)'`;
    case "file":
      return exclusive === "" ? " -F" : " -r -F";
    case "anything":
      return flag;
    default:
      return value satisfies never;
  }
}

const patterns = ({ path, flags }: ValueCase): string =>
  flags.map((flag) => quote(path === undefined ? `* ${flag}` : `${path} ${flag}`)).join(" ");
