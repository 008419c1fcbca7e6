import { Option } from "commander";
import { stringify } from "yaml";

export type Format = "table" | "json" | "jsonl" | "yaml";

export const formatOption = (): Option =>
  new Option("-o, --output <format>", "format").choices(["table", "json", "jsonl", "yaml"]).default("table");

/** What scripts read of a value; of a list, JSON lines have one entry each. Ends with a line's end. Pure. */
export function formatData(value: unknown, format: Exclude<Format, "table">): string {
  switch (format) {
    case "json":
      return `${JSON.stringify(value, null, 2)}\n`;
    case "jsonl":
      return [value]
        .flat()
        .map((entry) => `${JSON.stringify(entry)}\n`)
        .join("");
    case "yaml":
      return stringify(value);
    default:
      return format satisfies never;
  }
}

/** Writes a value to standard output, for people as they read it best and for scripts as data. */
export function print(value: unknown, format: Format, forPeople: () => string): void {
  process.stdout.write(format === "table" ? forPeople() : formatData(value, format));
}
