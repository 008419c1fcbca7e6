/** `ztna desktop-process`: the process that shows the screen. Started by the session host, not by people. */
import { runDesktopProcess } from "../desktop/run-desktop-process.ts";
import type { CommandContext, ExitCode } from "./command-context.ts";
import { EXIT_USAGE } from "./exit-status.ts";

export async function desktopProcess({ dir, config, logger, signal, err }: CommandContext): Promise<ExitCode> {
  const place = { explicit: config.desktop.display ?? undefined, environment: config.environment, dir };
  if (await runDesktopProcess({ place, logger, signal })) return 0;
  err("it is started by the session host");
  return EXIT_USAGE;
}
