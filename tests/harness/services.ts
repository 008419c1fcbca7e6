/** Whether the programs of others are here that a test needs. */
import { findNatsServer, findNginx, findPostgresBin } from "./find-services.mjs";

const FINDERS = { "nats-server": findNatsServer, nginx: findNginx, PostgreSQL: findPostgresBin };
export type ServiceName = keyof typeof FINDERS;

const told = new Set<ServiceName>();

/**
 * For `describe.skipIf`: true when a service is missing, with the reason in words. In CI nothing may be missing.
 *
 * @throws Error in CI, when one is
 */
export function isMissing(...names: ServiceName[]): boolean {
  const missing = names.filter((name) => FINDERS[name]() === undefined);
  if (missing.length > 0 && process.env.CI) throw new Error(`CI must not pass without ${missing.join(", ")}`);
  for (const name of missing.filter((each) => !told.has(each))) {
    told.add(name);
    console.warn(`Skipped, because it is not here: what needs ${name}.`);
  }
  return missing.length > 0;
}
