import {
  type Described,
  type DescribedCommand,
  type Value,
  type ValueCase,
  valuesOfFlags,
} from "./describe-commands.ts";
import { quote } from "./quote.ts";

export function zshCompletion(commands: readonly DescribedCommand[]): string {
  const cases = valuesOfFlags(commands);
  return `#compdef gatekey-admin
# Completion of gatekey-admin for zsh. To load it, after compinit: source <(gatekey-admin completion zsh)
_gatekey-admin() {
  local at="" word="" option="\${words[CURRENT-1]}" i=0 place=0 value=""
  local -a items
  for ((i = 2; i < CURRENT; i++)); do
    word="\${words[i]}"
    [[ $word == "--" ]] && return
    if [[ -n $value ]]; then value=""; continue; fi
    case "$at $word" in
${cases.map((each) => `      (${patterns(each)}) value=1 ;;`).join("\n")}
      (*" -"*) ;;
${commands
  .filter(({ path }) => path !== "")
  .map(({ path }) => `      (${quote(path.includes(" ") ? path : ` ${path}`)}) at=${quote(path)} ;;`)
  .join("\n")}
      (*) place=$((place + 1)) ;;
    esac
  done
  if [[ \${words[CURRENT]} == --*=* ]]; then
    option="\${words[CURRENT]%%=*}"
    compset -P '*='
  fi
  case "$at $option" in
${cases.map((each) => `    (${patterns(each)}) ${complete(each.value)}; return ;;`).join("\n")}
  esac
  if [[ \${words[CURRENT]} == -* ]]; then
    case "$at" in
${commands.map(({ path, options }) => `      (${quote(path)}) items=(${items(optionItems(options))}) ;;`).join("\n")}
    esac
    _describe -o option items
    return
  fi
  case "$at:$place" in
${commands.flatMap(positionals).join("\n")}
  esac
}
if [[ "\${funcstack[1]}" == "_gatekey-admin" ]]; then _gatekey-admin "$@"; else compdef _gatekey-admin gatekey-admin; fi
`;
}

const optionItems = (options: DescribedCommand["options"]): Described[] =>
  options.flatMap(({ flags, summary }) => flags.map((name) => ({ name, summary })));

const items = (all: readonly Described[]): string =>
  all.map(({ name, summary }) => quote(`${name.replaceAll(":", "\\:")}:${summary}`)).join(" ");

function complete(value: Value): string {
  switch (value.kind) {
    case "words":
      return `compadd -- ${value.words.map(quote).join(" ")}`;
    case "machines":
      return `compadd -- \${(f)"$(gatekey-admin __machines 2>/dev/null)"}`;
    case "file":
      return "_files";
    case "anything":
      return ":";
    default:
      return value satisfies never;
  }
}

const patterns = ({ path, flags }: ValueCase): string =>
  flags.map((flag) => (path === undefined ? `*${quote(` ${flag}`)}` : quote(`${path} ${flag}`))).join("|");

function positionals({ path, children, values, isVariadic }: DescribedCommand): string[] {
  if (children.length > 0) {
    return [`    (${quote(`${path}:0`)}) items=(${items(children)}); _describe command items ;;`];
  }
  return values.map((value, place) => {
    const goesOn = isVariadic && place === values.length - 1;
    return `    (${goesOn ? `${quote(`${path}:`)}*` : quote(`${path}:${place}`)}) ${complete(value)} ;;`;
  });
}
