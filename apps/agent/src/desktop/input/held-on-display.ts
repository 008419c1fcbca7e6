/**
 * What viewers hold down is on the root window, too: a process that is killed lets go of nothing, the one after it does.
 */
import type { X11Connection } from "../x11/x11-connection.ts";
import { Held } from "./held.ts";

const REPLACE = 0;
const CARDINAL = 6;
/** More than there are keys. */
const MAX_CODES = 256;

/** @param letGo called for each of what the process before this one held */
export async function heldOnDisplay(
  connection: X11Connection,
  property: string,
  letGo: (code: number) => void,
): Promise<Held> {
  const { client, screen, ask } = connection;
  const atom = await connection.atom(property);
  const { data } = await ask<{ data: Buffer }>((reply) =>
    client.GetProperty(0, screen.root, atom, CARDINAL, 0, MAX_CODES, reply),
  );
  for (let at = 0; at + 4 <= data.length; at += 4) letGo(data.readUInt32LE(at));
  const write = (codes: number[]) => client.ChangeProperty(REPLACE, screen.root, atom, CARDINAL, 32, codes);
  write([]);
  return new Held(write);
}
