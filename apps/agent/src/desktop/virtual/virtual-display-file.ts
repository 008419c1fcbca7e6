/** Which display `ztna desktop --virtual` has started, so that the agent of the same state directory shows it. */
import { readFileSync, rmSync } from "node:fs";
import { z } from "zod";
import type { StateDir } from "../../state/state-dir.ts";
import { writePrivateFile } from "../../state/write-private-file.ts";

const VirtualDisplay = z.object({
  display: z.string().regex(/^:\d{1,5}$/),
  xauthority: z.string().min(1),
  /** The X server, and the process that looks after it. */
  server_pid: z.number().int().positive(),
  pid: z.number().int().positive(),
});
export type VirtualDisplay = z.infer<typeof VirtualDisplay>;

type Place = Pick<StateDir, "virtualDisplayFile">;

/** Undefined when there is none. A damaged file says nothing that could be relied on, so there is none either. */
export function readVirtualDisplay({ virtualDisplayFile }: Place): VirtualDisplay | undefined {
  try {
    return VirtualDisplay.parse(JSON.parse(readFileSync(virtualDisplayFile, "utf8")));
  } catch {
    return undefined;
  }
}

export const writeVirtualDisplay = ({ virtualDisplayFile }: Place, display: VirtualDisplay): void =>
  writePrivateFile(virtualDisplayFile, `${JSON.stringify(display, null, 2)}\n`);

export const removeVirtualDisplay = ({ virtualDisplayFile }: Place): void =>
  rmSync(virtualDisplayFile, { force: true });
