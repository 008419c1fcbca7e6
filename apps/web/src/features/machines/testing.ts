import type { MachineView } from "@sallyport/protocol";

let made = 0;

/** A machine like any other, but for what is given. */
export const aMachine = (difference: Partial<MachineView> = {}): MachineView => ({
  id: `00000000-0000-4000-8000-${String(++made).padStart(12, "0")}`,
  org_id: "11111111-1111-4111-8111-111111111111",
  name: `machine-${made}`,
  kind: "machine",
  agent_id: null,
  status: "online",
  tailnet_ip: `100.64.0.${made}`,
  os: "Debian GNU/Linux 12",
  version: "0.1.0",
  ephemeral: false,
  session_enabled: true,
  agent_session_enabled: true,
  admin_disabled: false,
  tags: [],
  desktop: null,
  owner_id: null,
  connected_at: null,
  last_seen: "2026-11-23T12:00:00.000Z",
  created_at: "2026-11-01T12:00:00.000Z",
  ...difference,
});
