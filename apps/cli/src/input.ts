import { text } from "node:stream/consumers";
import { InvalidArgumentError } from "commander";

/** For commander: an option whose value is a whole number. */
export function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("It must be a whole number.");
  return Number(text);
}

/** A value from standard input, when `-` stands for it: there it is in no list of processes. */
export const valueOrInput = async (value: string): Promise<string> =>
  value === "-" ? (await text(process.stdin)).trim() : value;
