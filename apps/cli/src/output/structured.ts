import { stringify } from "yaml";

export type Format = "table" | "json" | "jsonl" | "yaml";

/** A value for programs; a list has a line for each of its items in `jsonl`. */
export function structured(value: unknown, format: Exclude<Format, "table">): string {
  switch (format) {
    case "json":
      return `${JSON.stringify(value, null, 2)}\n`;
    case "jsonl":
      return [value]
        .flat()
        .map((each) => `${JSON.stringify(each)}\n`)
        .join("");
    case "yaml":
      return stringify(value);
  }
}
