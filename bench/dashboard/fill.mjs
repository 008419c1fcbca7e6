// An organisation as one that has worked for a year: straight into the tables, with a real chain.
import { randomUUID } from "node:crypto";
import { hashRow } from "../../apps/server/dist/features/audit/hash-chain.js";

const PEOPLE = 200;
const KEYS = 1_000;
const RULES = 1_000;
const COMMANDS = 5_000;
const BATCH = 200;
const YEAR_MS = 365 * 86_400_000;

const text = (value) => `'${String(value).replaceAll("'", "''")}'`;

/** @returns what a question can be about */
export async function fill(system, { audit, machines }) {
  const { orgId } = system.owner;
  const rows = async (statement) => system.sql(statement);
  const people = (
    await rows(`WITH made AS (
        INSERT INTO users (email, password_hash) SELECT 'person-' || n || '@example.com', 'none' FROM generate_series(1, ${PEOPLE}) n
        RETURNING id)
      INSERT INTO org_members (org_id, user_id, role) SELECT '${orgId}', id, 'admin' FROM made RETURNING user_id`)
  ).map(({ user_id }) => user_id);
  const ids = (
    await rows(`INSERT INTO machines (org_id, name, status, tailnet_ip, node_key_hash, secret_key_hash, tags, os, version, last_seen)
      SELECT '${orgId}', 'machine-' || n, 'online', '100.' || 64 + n / 65536 || '.' || (n / 256) % 256 || '.' || n % 256, 'h' || n, 's',
        ARRAY['t' || n % 50], 'Debian GNU/Linux 12 (bookworm)', '0.1.0', now()
      FROM generate_series(1, ${machines}) n RETURNING id`)
  ).map(({ id }) => id);
  await rows(`INSERT INTO auth_keys (org_id, name, key_hash, key_prefix, expires_at)
    SELECT '${orgId}', 'key-' || n, 'k' || n, 'tskey-auth-' || n, now() + interval '30 days' FROM generate_series(1, ${KEYS}) n RETURNING 1`);
  await rows(`INSERT INTO acl_rules (org_id, action, source, destination, priority)
    SELECT '${orgId}', CASE n % 2 WHEN 0 THEN 'allow' ELSE 'deny' END, 'machine-' || n, 'tag:t' || n % 50, n FROM generate_series(1, ${RULES}) n RETURNING 1`);
  await rows(`INSERT INTO sessions (org_id, machine_id, user_id, kind, node_id, status, created_at, ended_at, cause, exit_code, program, run_id)
    SELECT '${orgId}', m.id, '${people[0]}', CASE n % 5 WHEN 0 THEN 'shell' ELSE 'exec' END, gen_random_uuid(), 'ended', now() - n * interval '1 minute', now() - n * interval '1 minute',
      'exited', 0, CASE n % 5 WHEN 0 THEN NULL ELSE '{"command": "uptime", "timeout_seconds": 60, "stdin": false, "lines": false}'::jsonb END,
      CASE n % 5 WHEN 0 THEN NULL ELSE gen_random_uuid() END
    FROM generate_series(1, ${COMMANDS}) n JOIN (SELECT id, row_number() OVER (ORDER BY name) AS at FROM machines WHERE org_id = '${orgId}') m ON m.at = 1 + n % ${machines} RETURNING 1`);
  const head = await fillAudit(system, { audit, people, ids });
  await rows("ANALYZE");
  const now = Date.now();
  return {
    people,
    machine: ids[17],
    head,
    rareEmail: `person-${PEOPLE}@example.com`,
    lately: new Date(now - 3_600_000).toISOString(),
    early: new Date(now - YEAR_MS + 86_400_000).toISOString(),
  };
}

/** What most of the log is made of, with how it comes about. */
const KINDS = [
  ["session.connected", "machine", {}],
  ["session.command", "machine", { command: "systemctl status nginx --no-pager && journalctl -u nginx -n 50" }],
  ["session.disconnected", "machine", { cause: "exited", exit_code: 0, duration_seconds: 61 }],
  ["remote.session_created", "machine", { tailnet_ip: "100.64.0.7" }],
  ["machine.registered", "machine", { tailnet_ip: "100.64.0.7", auth_key_id: "00000000-0000-4000-8000-000000000000" }],
  [
    "user.signed_in",
    "user",
    { user_agent: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36" },
  ],
  ["access.denied", "call", { code: "FORBIDDEN" }],
  ["auth_key.created", "auth_key", { reusable: true, ephemeral: false, max_uses: null, allowed_tags: [] }],
];

async function fillAudit(system, { audit, people, ids }) {
  const { orgId } = system.owner;
  const [head] = await system.sql(`SELECT seq::int, hash FROM audit_heads WHERE chain = '${orgId}'`);
  let { seq, hash } = head;
  const begin = Date.now() - YEAR_MS;
  for (let done = 0; done < audit; done += BATCH) {
    const values = [];
    for (let n = done; n < Math.min(audit, done + BATCH); n++) {
      const [action, resource_type, facts] = KINDS[(n * 7) % KINDS.length];
      const machine = (n * 31) % ids.length;
      const row = {
        id: randomUUID(),
        chain: orgId,
        seq: ++seq,
        org_id: orgId,
        action,
        resource_type,
        resource_id: resource_type === "machine" ? ids[machine] : randomUUID(),
        // One of the people did nothing but the first few things.
        actor_id: n < 5 ? people.at(-1) : people[(n * 13) % (people.length - 1)],
        metadata: {
          machine_name: `machine-${machine + 1}`,
          session_id: randomUUID(),
          ...facts,
          ...(n === 10 && { note: "a needle" }),
        },
        ip_address: `192.0.2.${n % 250}`,
        created_at: new Date(begin + Math.floor((n / audit) * YEAR_MS)).toISOString(),
        prev_hash: hash,
      };
      hash = hashRow(row);
      values.push(
        `(${[row.id, row.chain, row.seq, row.org_id, row.action, row.resource_type, row.resource_id, row.actor_id, JSON.stringify(row.metadata), row.ip_address, row.created_at, row.prev_hash, hash].map(text).join(",")})`,
      );
    }
    await system.sql(`INSERT INTO audit_logs (id, chain, seq, org_id, action, resource_type, resource_id, actor_id, metadata, ip_address, created_at, prev_hash, hash)
      VALUES ${values.join(",")} RETURNING 1`);
  }
  await system.sql(`UPDATE audit_heads SET seq = ${seq}, hash = '${hash}' WHERE chain = '${orgId}' RETURNING 1`);
  return seq;
}
