/** `ztna logout`: down, and forget the registration. The device stays itself: see `device-file.ts`. */
import { existsSync } from "node:fs";
import { deleteRegistration } from "../state/registration-file.ts";
import type { CommandContext, ExitCode } from "./command-context.ts";
import { down } from "./down.ts";

export async function logout(context: CommandContext): Promise<ExitCode> {
  const { dir, out, err } = context;
  const wasRegistered = existsSync(dir.registrationFile);
  try {
    await down(context);
  } catch (error) {
    // A damaged registration is the very thing that people come here to get rid of.
    err(`Warning: ${error instanceof Error ? error.message : String(error)}`);
  }
  deleteRegistration(dir);
  out(wasRegistered ? "Logged out. The registration is removed; the device keeps its identity." : "Not registered.");
  return 0;
}
