import { text } from "node:stream/consumers";

/** A value from standard input, when `-` stands for it: there it is in no list of processes. */
export const valueOrInput = async (value: string): Promise<string> =>
  value === "-" ? (await text(process.stdin)).trim() : value;
