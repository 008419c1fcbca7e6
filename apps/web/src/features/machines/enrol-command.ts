import { isReadableOnTheWay } from "@sallyport/client";

/**
 * The line that joins a Linux machine, on which the repository lies, to this control plane. The key is in the
 * environment and not among the arguments, because every user of a machine can read those.
 */
export function enrolCommand(origin: string, key: string): string {
  const command = `ZTNA_CONTROL_URL=${origin} ZTNA_AUTH_KEY=${key} npx ztna up`;
  // The agent refuses to send its credentials over a network in the clear unless it is told to.
  return isReadableOnTheWay(new URL(origin)) ? `${command} --insecure` : command;
}
