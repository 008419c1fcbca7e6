import { accessSync, constants } from "node:fs";
import { homedir } from "node:os";
import type { Config } from "../config.ts";
import type { NodeConfig } from "./node-config.ts";
import { decideNodeStateDir } from "./node-state-dir.ts";
import { readNodeConfig } from "./read-node-config.ts";

/** A node as its file describes it, and where its agent keeps things. */
export interface PlacedNode {
  file: string;
  config: NodeConfig;
  stateDir: string;
}

/** @throws UsageError when the file cannot be used */
export function placeNode(file: string, { stateDir, systemdStateDirs }: Config): PlacedNode {
  const config = readNodeConfig(file);
  const grounds = {
    kind: config.kind,
    stateDir: config.state_dir,
    fromEnvironment: stateDir,
    fromSystemd: systemdStateDirs,
    home: homedir(),
    isWritable,
  };
  return { file, config, stateDir: decideNodeStateDir(grounds) };
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
