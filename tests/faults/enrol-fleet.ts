/** Makes machines by the thousand: through HTTP as machines do it, or through SQL, which no rate limit slows. */
import { createCipheriv, createHash, hkdfSync, randomBytes, randomUUID } from "node:crypto";
import { HttpClient } from "@sallyport/client";
import { machineApi } from "@sallyport/protocol";
import pg from "pg";

/** What a machine must know to link up. */
export interface NodeIdentity {
  machineId: string;
  nodeKey: string;
}

const REGISTRATIONS_AT_ONCE = 16;
const ROWS_PER_INSERT = 1_000;

/** @param authKey a reusable one. A control plane lets 1,200 machines a minute in from one address. */
export async function registerFleet({
  control,
  authKey,
  count,
  name = "fleet",
}: {
  control: string;
  authKey: string;
  count: number;
  name?: string;
}): Promise<NodeIdentity[]> {
  const client = new HttpClient({ baseUrl: control });
  const nodes: NodeIdentity[] = [];
  const register = async (index: number) => {
    const body = { auth_key: authKey, name: `${name}-${index}`, os: "linux", version: "simulated" };
    const { machine_id, node_key } = await client.call(machineApi.register, { body });
    nodes.push({ machineId: machine_id, nodeKey: node_key });
  };
  for (let first = 0; first < count; first += REGISTRATIONS_AT_ONCE) {
    const batch = Math.min(REGISTRATIONS_AT_ONCE, count - first);
    await Promise.all(Array.from({ length: batch }, (_, index) => register(first + index)));
  }
  return nodes;
}

/** Into the oldest organisation, unless told. The rows are those that a registration makes, without its audit. */
export async function insertFleet({
  databaseUrl,
  sessionTokenSecret,
  count,
  name = "fleet",
  orgId,
}: {
  databaseUrl: string;
  sessionTokenSecret: string;
  count: number;
  name?: string;
  orgId?: string;
}): Promise<NodeIdentity[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const org = orgId ?? (await client.query("SELECT id FROM orgs ORDER BY created_at LIMIT 1")).rows[0]?.id;
    const seal = sealer(sessionTokenSecret);
    const nodes: NodeIdentity[] = [];
    for (let first = 0; first < count; first += ROWS_PER_INSERT) {
      const batch = Array.from({ length: Math.min(ROWS_PER_INSERT, count - first) }, (_, index) => {
        const machineId = randomUUID();
        const secret = randomBytes(32).toString("hex");
        const nodeKey = randomBytes(32).toString("hex");
        return { machineId, nodeKey, name: `${name}-${first + index}`, sealed: seal(sha256(secret), machineId) };
      });
      await client.query(
        `INSERT INTO machines (id, org_id, name, node_key_hash, secret_key_hash, tailnet_ip, os, version)
         SELECT id, $1, name, key, sealed, host('100.64.0.0'::inet + nextval('tailnet_host')), 'linux', 'simulated'
         FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[]) AS fleet (id, name, key, sealed)`,
        [
          org,
          batch.map(({ machineId }) => machineId),
          batch.map((machine) => machine.name),
          batch.map(({ nodeKey }) => sha256(nodeKey)),
          batch.map(({ sealed }) => sealed),
        ],
      );
      nodes.push(...batch.map(({ machineId, nodeKey }) => ({ machineId, nodeKey })));
    }
    return nodes;
  } finally {
    await client.end();
  }
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** As apps/server/src/platform/secrets/keyring.ts seals; a control plane that cannot open it refuses the link. */
function sealer(masterHex: string): (text: string, belongsTo: string) => string {
  const master = Buffer.from(masterHex, "hex");
  const key = Buffer.from(hkdfSync("sha256", master, "", "sallyport/1 machine secrets at rest", 32));
  return (text, belongsTo) => {
    const iv = randomBytes(12);
    const cipher = createCipheriv("aes-256-gcm", key, iv, { authTagLength: 16 });
    cipher.setAAD(Buffer.from(belongsTo));
    const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
    return `v1.${Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString("base64url")}`;
  };
}
