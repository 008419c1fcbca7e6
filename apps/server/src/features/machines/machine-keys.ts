import type { Keyring } from "../../platform/secrets/keyring.ts";
import { hashSecret, newSecret } from "../../platform/secrets/token.ts";

/** What a machine is given at a registration, and what is kept of it. */
export interface MachineKeys {
  nodeKey: string;
  machineSecret: string;
  kept: { nodeKeyHash: string; secretKeyHash: string };
}

export function newMachineKeys(keyring: Keyring, machineId: string): MachineKeys {
  const nodeKey = newSecret();
  const machineSecret = newSecret();
  return {
    nodeKey,
    machineSecret,
    kept: {
      nodeKeyHash: hashSecret(nodeKey),
      // Both sides use the secret's hash as the key, so the secret itself is nowhere.
      secretKeyHash: keyring.seal(hashSecret(machineSecret), machineId),
    },
  };
}
