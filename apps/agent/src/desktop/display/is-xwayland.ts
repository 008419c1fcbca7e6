import type { X11Connection } from "../x11/x11-connection.ts";

/** Whether the server is a Wayland session's for old programs: it has no picture of the screen. */
export async function isXwayland({ client, ask, extension, screen }: X11Connection): Promise<boolean> {
  const { present } = await ask<{ present: number }>((reply) => client.QueryExtension("XWAYLAND", reply));
  if (present) return true;
  const randr = await extension("randr").catch(() => undefined);
  if (!randr) return false;
  const { outputs, config_timestamp } = await ask<{ outputs: number[]; config_timestamp: number }>((reply) =>
    randr.GetScreenResourcesCurrent(screen.root, reply),
  );
  const [first] = outputs;
  if (first === undefined) return false;
  const { name } = await ask<{ name: string }>((reply) => randr.GetOutputInfo(first, config_timestamp, reply));
  return name.startsWith("XWAYLAND");
}
