import { type DescribedCommand, type Value, type ValueCase, valuesOfFlags } from "./describe-commands.ts";
import { quote } from "./quote.ts";

/**
 * For bash 3.2 and later. Names of machines are compared, and never given to `compgen -W`, which would expand what is in
 * them.
 */
export function bashCompletion(commands: readonly DescribedCommand[]): string {
  const cases = valuesOfFlags(commands);
  return `# Completion of gatekey-admin for bash. To load it: source <(gatekey-admin completion bash)
_gatekey_admin_words() {
  COMPREPLY=($(compgen -W "$1" -- "$2"))
}
_gatekey_admin_machines() {
  local name
  while IFS= read -r name; do
    [[ $name == "$1"* ]] && COMPREPLY+=("$name")
  done < <(gatekey-admin __machines 2>/dev/null)
}
_gatekey_admin() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" at="" word="" i=0 place=0 value=""
  COMPREPLY=()
  # --output=json is three words.
  if [[ $cur == "=" ]]; then cur=""; elif [[ $prev == "=" ]]; then prev="\${COMP_WORDS[COMP_CWORD-2]}"; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    [[ $word == "--" ]] && return
    [[ $word == "=" ]] && { value=1; continue; }
    if [[ -n $value ]]; then value=""; continue; fi
    case "$at $word" in
${cases.map((each) => `      ${patterns(each)}) value=1 ;;`).join("\n")}
      *" -"*) ;;
${commands
  .filter(({ path }) => path !== "")
  .map(({ path }) => `      ${quote(path.includes(" ") ? path : ` ${path}`)}) at=${quote(path)} ;;`)
  .join("\n")}
      *) place=$((place + 1)) ;;
    esac
  done
  case "$at $prev" in
${cases.map((each) => `    ${patterns(each)}) ${complete(each.value)}; return ;;`).join("\n")}
  esac
  if [[ $cur == -* ]]; then
    case "$at" in
${commands.map(({ path, options }) => `      ${quote(path)}) ${words(options.flatMap(({ flags }) => flags))} ;;`).join("\n")}
    esac
    return
  fi
  case "$at:$place" in
${commands.flatMap(positionals).join("\n")}
  esac
}
complete -F _gatekey_admin gatekey-admin
`;
}

const words = (all: readonly string[]): string => `_gatekey_admin_words ${quote(all.join(" "))} "$cur"`;

function complete(value: Value): string {
  switch (value.kind) {
    case "words":
      return words(value.words);
    case "machines":
      return '_gatekey_admin_machines "$cur"';
    case "file":
      return 'compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$cur"))';
    case "anything":
      return ":";
    default:
      return value satisfies never;
  }
}

const patterns = ({ path, flags }: ValueCase): string =>
  flags.map((flag) => (path === undefined ? `*${quote(` ${flag}`)}` : quote(`${path} ${flag}`))).join("|");

function positionals({ path, children, values, isVariadic }: DescribedCommand): string[] {
  if (children.length > 0) return [`    ${quote(`${path}:0`)}) ${words(children.map(({ name }) => name))} ;;`];
  return values.map((value, place) => {
    const goesOn = isVariadic && place === values.length - 1;
    return `    ${goesOn ? `${quote(`${path}:`)}*` : quote(`${path}:${place}`)}) ${complete(value)} ;;`;
  });
}
