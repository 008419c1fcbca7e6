/**
 * Has the X server repeat no key that a viewer holds. The viewer repeats it: when the line stalls, or the viewer is gone
 * before it could tell that the key is up, nothing is typed that nobody typed. Concerns only the keyboard of XTEST:
 * that of a person at the machine repeats as ever.
 */
import type { XKeyboard } from "x11";
import type { X11Connection } from "../x11/x11-connection.ts";
import { findXTestDevices } from "../x11/xtest-devices.ts";

const SET_CONTROLS = 7;
const REQUEST_BYTES = 100;
const REPEAT_KEYS = 1 << 0;
/** As long as can be said: keys that are held longer are held on purpose. */
const DELAY_MS = 65_535;
const INTERVAL_MS = 65_535;

export async function stopServerRepeat(connection: X11Connection, { majorOpcode }: XKeyboard): Promise<void> {
  const { client } = connection;
  for (const device of (await findXTestDevices(connection)).keyboards) {
    const request = Buffer.alloc(REQUEST_BYTES);
    request.writeUInt8(majorOpcode, 0);
    request.writeUInt8(SET_CONTROLS, 1);
    request.writeUInt16LE(REQUEST_BYTES / 4, 2);
    request.writeUInt16LE(device, 4);
    request.writeUInt32LE(REPEAT_KEYS, 32);
    request.writeUInt16LE(DELAY_MS, 36);
    request.writeUInt16LE(INTERVAL_MS, 38);
    // The package lacks this request; it takes its number before it is handed over.
    client.seq_num++;
    client.pack_stream.put(request);
    client.pack_stream.submit();
  }
}
