import { stringify } from "yaml";

export const FORMATS = ["table", "json", "jsonl", "yaml"] as const;
export type Format = (typeof FORMATS)[number];
/** For programs. Everything that is printed in one of them is one document, or one value per line. */
export type MachineFormat = Exclude<Format, "table">;

/** Control characters that JSON and YAML leave as they are, and that steer a terminal all the same. */
const STEERING = /[\x7f-\x9f]/g;

const escaped = (text: string): string =>
  text.replace(STEERING, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** A whole value as text, ending its line. */
export function encode(value: unknown, format: MachineFormat): string {
  switch (format) {
    case "json":
      return `${escaped(JSON.stringify(value, null, 2))}\n`;
    case "jsonl":
      return `${escaped(JSON.stringify(value))}\n`;
    case "yaml":
      // In quotes, an escape means the character; they are put around what must not be printed as it is.
      return escaped(stringify(JSON.parse(JSON.stringify(value)), { ...YAML, defaultStringType: quotesFor(value) }));
    default:
      return format satisfies never;
  }
}

/** Strings that older readers take for something else, such as `no`, are in quotes. */
const YAML = { lineWidth: 0, compat: "yaml-1.1" } as const;

const quotesFor = (value: unknown): "PLAIN" | "QUOTE_DOUBLE" =>
  JSON.stringify(value).search(STEERING) === -1 ? "PLAIN" : "QUOTE_DOUBLE";

/** Several values: an array, or with `jsonl` one value per line. */
export const encodeList = (values: readonly unknown[], format: MachineFormat): string =>
  format === "jsonl" ? values.map((value) => encode(value, format)).join("") : encode(values, format);
