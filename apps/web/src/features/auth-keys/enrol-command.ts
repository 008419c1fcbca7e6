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

/**
 * The lines that make the machine's agent a service that starts with it; undefined where a service cannot be told that
 * it may talk in the clear.
 */
export function serviceCommands(origin: string, key: string): string | undefined {
  if (isReadableOnTheWay(new URL(origin))) return undefined;
  return [
    "sudo install -D -m 600 /dev/stdin /etc/ztna/ztna.env <<'END'",
    `ZTNA_CONTROL_URL=${origin}`,
    `ZTNA_AUTH_KEY=${key}`,
    "END",
    "sudo npx ztna service install",
  ].join("\n");
}
