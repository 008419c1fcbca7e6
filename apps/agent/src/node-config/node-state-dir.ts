import { join } from "node:path";
import type { NodeKind } from "@sallyport/protocol";

/** What the choice of a node's state directory stands on. */
export interface StateDirGrounds {
  kind: NodeKind;
  /** What the file says. */
  stateDir: string | undefined;
  /** Of `ZTNA_STATE_DIR`. */
  fromEnvironment: string | undefined;
  /** Of `STATE_DIRECTORY`: what systemd made for its service; the first of several is the agent's. */
  fromSystemd: string | undefined;
  home: string;
  isWritable(path: string): boolean;
}

/** Where the folders of services are. */
const SYSTEM_DIR = "/var/lib/gatekey";

/** Where a node's agent keeps its registration: nobody has to say, and two kinds of node never share a folder. Pure. */
export function decideNodeStateDir(grounds: StateDirGrounds): string {
  const { kind, stateDir, fromEnvironment, fromSystemd, home, isWritable } = grounds;
  const said = stateDir ?? fromEnvironment ?? fromSystemd?.split(":")[0];
  if (said) return said;
  const ofSystem = join(SYSTEM_DIR, kind);
  const canBeThere = isWritable(ofSystem) || isWritable(SYSTEM_DIR) || isWritable("/var/lib");
  return canBeThere ? ofSystem : join(home, ".config", "gatekey", kind);
}
