import { hostname as osHostname } from "node:os";
import { HttpClient } from "@sallyport/client";
import { machineApi, NAME_CHARS, PRODUCT_VERSION } from "@sallyport/protocol";
import { deviceSecret } from "../state/device-file.ts";
import { type StoredRegistration, saveRegistration, storedRegistration } from "../state/registration-file.ts";
import type { StateDir } from "../state/state-dir.ts";
import { describeMachine } from "./describe-machine.ts";

export interface Enrolment {
  controlUrl: string;
  insecure: boolean;
  authKey: string;
  /** What the machine is to be called; its host name when undefined. */
  hostname: string | undefined;
  /** Of those that the key allows; all of them when undefined. */
  tags?: readonly string[] | undefined;
}

/**
 * Enrols this machine and keeps what it is given. Nothing is kept of an enrolment that failed.
 *
 * @throws RemoteError what the control plane refused, or `UNREACHABLE`
 */
export async function registerMachine(dir: StateDir, enrolment: Enrolment): Promise<StoredRegistration> {
  const { controlUrl, authKey, hostname, tags } = enrolment;
  const registration = await new HttpClient({ baseUrl: controlUrl }).call(machineApi.register, {
    body: {
      auth_key: authKey,
      name: (hostname ?? osHostname()).slice(0, NAME_CHARS),
      os: describeMachine().os,
      version: PRODUCT_VERSION,
      device_secret: deviceSecret(dir),
      ...(tags && { tags: [...tags] }),
    },
  });
  const stored = storedRegistration(registration, enrolment);
  saveRegistration(dir, stored);
  return stored;
}
