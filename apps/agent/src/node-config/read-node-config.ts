import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { UsageError } from "../usage-error.ts";
import { type NodeConfig, parseNodeConfig } from "./node-config.ts";

/** No configuration is this large; a device or a log that was given by mistake may be. */
const CONFIG_BYTES = 64 * 1024;

/**
 * The configuration of a node, from its file.
 *
 * @throws UsageError when it cannot be read or understood, with every problem on a line of its own
 */
export function readNodeConfig(path: string): NodeConfig {
  const result = parseNodeConfig(readSmallFile(path), { file: path, readToken: readSmallFile });
  if ("config" in result) return result.config;
  throw new UsageError(`${path} cannot be used:\n${result.problems.join("\n")}`);
}

/** Whether others than its owner and group can read the file, and with it the token. */
export const isReadByAll = (path: string): boolean => (statSync(path).mode & 0o004) !== 0;

function readSmallFile(path: string): string {
  const file = resolve(path);
  try {
    const { size } = statSync(file);
    if (size > CONFIG_BYTES) throw new Error(`it has ${size} bytes, more than ${CONFIG_BYTES}`);
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new UsageError(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}
