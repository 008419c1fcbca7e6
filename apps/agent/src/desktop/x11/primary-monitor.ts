/** Where a person looks first: the primary monitor, or the whole screen where the server knows of none. */
import type { RandR } from "x11";
import type { X11Connection } from "./x11-connection.ts";

/** The mask of `RRScreenChangeNotify`. */
export const SCREEN_CHANGE = 1;

export interface Area {
  x: number;
  y: number;
  width: number;
  height: number;
}

export async function primaryMonitor(connection: X11Connection): Promise<Area> {
  const { root } = connection.screen;
  const found = await connection
    .extension("randr")
    .then((randr: RandR) => ofRandr(connection, randr))
    .catch(() => undefined);
  if (found) return found;
  const { width, height } = await connection.ask<Area>((reply) =>
    connection.client.GetGeometry(root, (error, { width, height }) => reply(error, { x: 0, y: 0, width, height })),
  );
  return { x: 0, y: 0, width, height };
}

/** From now on the server says `RRScreenChangeNotify` when the monitors are others. */
export async function hearMonitorChanges(connection: X11Connection): Promise<void> {
  const randr: RandR | undefined = await connection.extension("randr").catch(() => undefined);
  randr?.SelectInput(connection.screen.root, SCREEN_CHANGE);
}

async function ofRandr({ ask, screen: { root } }: X11Connection, randr: RandR): Promise<Area | undefined> {
  const resources = await ask<{ outputs: number[]; config_timestamp: number }>((reply) =>
    randr.GetScreenResourcesCurrent(root, reply),
  );
  const primary = await ask<number>((reply) => randr.GetOutputPrimary(root, reply));
  const time = resources.config_timestamp;
  for (const output of [primary, ...resources.outputs].filter((id) => id !== 0)) {
    const { crtc } = await ask<{ crtc: number }>((reply) => randr.GetOutputInfo(output, time, reply));
    if (crtc === 0) continue;
    const { x, y, width, height } = await ask<Area>((reply) => randr.GetCrtcInfo(crtc, time, reply));
    if (width > 0 && height > 0) return { x, y, width, height };
  }
  return undefined;
}
