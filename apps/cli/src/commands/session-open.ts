import type { Cli } from "../cli.ts";
import { say } from "../output/say.ts";
import { findMachine } from "../session/find-machine.ts";
import { SessionWindow } from "../session/session-window.ts";

/** `gatekey-admin session open`: a new shell in this terminal. */
export async function sessionOpen(
  { signedIn }: Cli,
  machine: string,
  { predict }: { predict: "auto" | "off" },
): Promise<void> {
  const operator = await signedIn();
  const { id: machineId } = await findMachine(operator, machine);
  const outcome = await new SessionWindow({ operator, machineId, predict: predict === "auto" }).run();
  if (outcome.message !== undefined) say(outcome.message);
  process.exitCode = outcome.status;
}
