/** The devices that synthetic input comes from: whoever may use the display can press their keys, also from afar. */
import type { X11Connection } from "./x11-connection.ts";

const ALL_DEVICES = 0;

/** The names are the server's own, and every X.Org server has them since 2009. */
const XTEST_NAME = /XTEST (pointer|keyboard)$/;

export interface XTestDevices {
  pointers: number[];
  keyboards: number[];
}

/** None where the server has no XInput 2. */
export async function findXTestDevices({ extension, ask }: X11Connection): Promise<XTestDevices> {
  const xinput = await extension("xinput").catch(() => undefined);
  if (!xinput?.xi2) return { pointers: [], keyboards: [] };
  const devices = await ask<{ deviceId: number; name: string }[]>((reply) => xinput.XIQueryDevice(ALL_DEVICES, reply));
  const named = (kind: string) =>
    devices.filter(({ name }) => XTEST_NAME.exec(name)?.[1] === kind).map(({ deviceId }) => deviceId);
  return { pointers: named("pointer"), keyboards: named("keyboard") };
}
