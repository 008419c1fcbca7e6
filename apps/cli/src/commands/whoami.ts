import type { Cli } from "../cli.ts";

/** `gatekey-admin whoami` */
export async function whoami({ settings, print, signedIn }: Cli): Promise<void> {
  const { server, user, org } = await signedIn();
  const means = settings.apiKey === undefined ? "sign-in" : "API key";
  print.one({ server, user, org, means }, () => [
    ["Server", server],
    ["User", user.email],
    ["Organisation", `${org.name} (${org.id})`],
    ["Role", org.role],
    ["Signed in by", means],
  ]);
}
