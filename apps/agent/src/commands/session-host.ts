/** `ztna session-host`: the process that owns the terminals. Started by the link, not by people. */
import { runHost } from "../host/run-host.ts";
import { startChild } from "../platform/start-self.ts";
import { loadRegistration } from "../state/registration-file.ts";
import type { CommandContext, ExitCode } from "./command-context.ts";
import { EXIT_CONFLICT, EXIT_NOT_REGISTERED } from "./exit-status.ts";

export async function sessionHost({ dir, config, logger, signal, err }: CommandContext): Promise<ExitCode> {
  const registration = loadRegistration(dir);
  if (!registration) {
    err("not registered");
    return EXIT_NOT_REGISTERED;
  }
  const { environment } = config;
  const didRun = await runHost({
    dir,
    registration,
    logger,
    environment,
    startDesktop: ({ display }) =>
      startChild({
        args: ["desktop-process", "--state-dir", dir.path],
        env: { ...environment, ...(display !== null && { DISPLAY: display, ZTNA_DISPLAY: display }) },
        cwd: dir.path,
      }),
    signal,
  });
  return didRun ? 0 : EXIT_CONFLICT;
}
