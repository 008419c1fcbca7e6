import { readConfig } from "../config.ts";
import { createLogger } from "../platform/logger.ts";
import { startServer } from "../server.ts";

/** How long a graceful stop may take before the process ends anyway. */
const STOP_TIMEOUT_MS = 10_000;

/** `sallyport serve`: runs until it is told to stop, or until the embedded database dies. */
export async function serve(): Promise<void> {
  const config = readConfig(process.env);
  const logger = createLogger(config.logLevel);
  const server = await startServer(config, logger);
  // For people, not for the log collector: the password is shown here once and logged nowhere.
  const { firstOwner } = server;
  if (firstOwner) {
    process.stderr.write(`\nFirst start: the owner is ${firstOwner.email}\n`);
    if (firstOwner.generatedPassword) {
      process.stderr.write(`The password, shown this once: ${firstOwner.generatedPassword}\n\n`);
    }
  }
  process.stderr.write(`Sallyport is ready at ${server.url}\n`);

  const reason = await Promise.race([signalled(), server.crashed]);
  if (reason instanceof Error) {
    logger.fatal({ err: reason }, "the embedded database died");
    process.exitCode = 1;
  } else {
    logger.info({ signal: reason }, "stopping");
  }
  setTimeout(() => process.exit(process.exitCode ?? 1), STOP_TIMEOUT_MS).unref();
  await server.stop();
}

function signalled(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve(signal));
  });
}
