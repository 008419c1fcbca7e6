/** A secret that stays with the device across sign-outs: whoever shows it again gets the old id and address back. */
import { randomBytes } from "node:crypto";
import { z } from "zod";
import { readJsonFile } from "./read-json-file.ts";
import type { StateDir } from "./state-dir.ts";
import { writePrivateFile } from "./write-private-file.ts";

const Device = z.object({ device_secret: z.string().regex(/^[0-9a-f]{64}$/) });

export function deviceSecret(dir: StateDir): string {
  const known = readJsonFile(dir.deviceFile, Device);
  if (known) return known.device_secret;
  const device_secret = randomBytes(32).toString("hex");
  writePrivateFile(dir.deviceFile, `${JSON.stringify({ device_secret })}\n`);
  return device_secret;
}
