/** What the machine was given at registration. Owned by its user only (0600); the session host reads it at start. */
import { createHash } from "node:crypto";
import { rmSync } from "node:fs";
import type { Registration } from "@sallyport/protocol";
import { z } from "zod";
import { readJsonFile } from "./read-json-file.ts";
import type { StateDir } from "./state-dir.ts";
import { writePrivateFile } from "./write-private-file.ts";

export const StoredRegistration = z.object({
  control_url: z.url(),
  /** Whether `--insecure` allowed unencrypted connections to other hosts. */
  insecure: z.boolean(),
  machine_id: z.uuid(),
  org_id: z.uuid(),
  name: z.string(),
  tailnet_ip: z.string(),
  node_key: z.string(),
  machine_secret: z.string(),
  /** Tells whether a later `--auth-key` is another one, without keeping the key. */
  auth_key_sha256: z.string(),
  registered_at: z.iso.datetime(),
});
export type StoredRegistration = z.infer<typeof StoredRegistration>;

/** @throws Error when the file is there and damaged */
export const loadRegistration = (dir: StateDir): StoredRegistration | undefined =>
  readJsonFile(dir.registrationFile, StoredRegistration);

export const saveRegistration = (dir: StateDir, registration: StoredRegistration): void =>
  writePrivateFile(dir.registrationFile, `${JSON.stringify(registration, null, 2)}\n`);

export const deleteRegistration = (dir: StateDir): void => rmSync(dir.registrationFile, { force: true });

export const authKeyHash = (authKey: string): string => createHash("sha256").update(authKey).digest("hex");

export function storedRegistration(
  { machine_id, org_id, name, tailnet_ip, node_key, machine_secret }: Registration,
  { controlUrl, insecure, authKey }: { controlUrl: string; insecure: boolean; authKey: string },
): StoredRegistration {
  return {
    control_url: controlUrl,
    insecure,
    machine_id,
    org_id,
    name,
    tailnet_ip,
    node_key,
    machine_secret,
    auth_key_sha256: authKeyHash(authKey),
    registered_at: new Date().toISOString(),
  };
}
