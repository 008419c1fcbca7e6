import { readFileSync } from "node:fs";
import type { z } from "zod";
import { errorCode } from "../platform/error-code.ts";

/**
 * Reads a file of ours, or returns undefined when there is none.
 *
 * @throws Error when it is there and cannot be understood: guessing would hide that something is broken
 */
export function readJsonFile<Type extends z.ZodType>(path: string, type: Type): z.output<Type> | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
  try {
    return type.parse(JSON.parse(text));
  } catch {
    // The parser's message would quote the file, and the file holds secrets.
    throw new Error(`${path} is damaged; 'ztna logout' removes it, then register again`);
  }
}
