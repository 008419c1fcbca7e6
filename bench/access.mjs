// Decisions and lists with 10,000 rules and 10,000 machines, on the embedded database and, with TEST_DATABASE_URL, on a
// PostgreSQL server.
//
//     npm run build && node bench/access.mjs [--rows 10000] [--repeats 200]
//
// `decide` is the pure function alone; the calls are whole HTTP calls of one client, beside `GET /api/auth/me` of the same
// run, which only authenticates.
import { parseArgs } from "node:util";
import { RuleSet } from "../apps/server/dist/features/access/rule-set.js";
import { freshDatabase } from "../tests/dist/harness/postgres.js";
import { System } from "../tests/dist/harness/system.js";

const { values } = parseArgs({
  options: { rows: { type: "string", default: "10000" }, repeats: { type: "string", default: "200" } },
});
const ROWS = Number(values.rows);
const REPEATS = Number(values.repeats);

const at = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
const summary = (times) => {
  const sorted = [...times].sort((one, other) => one - other);
  return { p50: at(sorted, 0.5), p99: at(sorted, 0.99) };
};
async function time(repeats, act) {
  for (let warm = 0; warm < Math.min(20, repeats); warm++) await act(warm);
  const times = [];
  for (let round = 0; round < repeats; round++) {
    const startedAt = performance.now();
    await act(round);
    times.push(performance.now() - startedAt);
  }
  return summary(times);
}
const ms = ({ p50, p99 }) => `${p50.toFixed(3)} / ${p99.toFixed(3)} ms`;

// One in ten rules is about a tag, one in a hundred about a subnet; the others name two machines.
const selector = (n) =>
  n % 100 === 0 ? `100.64.${(n / 100) % 256}.0/24` : n % 10 === 0 ? `tag:t${n % 50}` : `machine-${n % ROWS}`;
const machine = (n) => ({
  id: String(n),
  name: `machine-${n}`,
  address: `100.64.${(n >> 8) % 256}.${n % 256}`,
  tags: [`t${n % 50}`],
});
const machines = Array.from({ length: ROWS }, (_, n) => machine(n));
const rules = Array.from({ length: ROWS }, (_, n) => ({
  id: String(n),
  name: null,
  action: n % 2 ? "deny" : "allow",
  source: selector(n * 7 + 1),
  destination: selector(n * 13 + 2),
  priority: n,
}));

console.log(`decide, ${ROWS} rules and machines`);
const set = new RuleSet(rules);
console.log(`  reading the rules, once: ${ms(await time(10, () => new RuleSet(rules)))}`);
for (const owned of [1, 100, ROWS]) {
  const viewers = machines.slice(0, owned);
  const times = await time(Math.min(REPEATS, 200), (round) => set.decide(viewers, machines[(round * 37) % ROWS]));
  console.log(`  a viewer with ${owned} machines: ${ms(times)}`);
}

const databases = [
  ["embedded", undefined],
  ["PostgreSQL", process.env.TEST_DATABASE_URL],
];
for (const [name, url] of databases.filter(([kind, server]) => kind === "embedded" || server)) {
  const system = await System.start({
    LOG_LEVEL: "warn",
    HEARTBEAT_TIMEOUT_SECONDS: "86400",
    ...(url && { DATABASE_URL: await freshDatabase(url) }),
  });
  try {
    await measure(name, system);
  } finally {
    await system.stop();
  }
}

async function measure(name, system) {
  const { orgId, access_token: token } = system.owner;
  const member = await system.person("member");
  await system.sql(`INSERT INTO machines (org_id, name, status, tailnet_ip, node_key_hash, secret_key_hash, tags, last_seen)
    SELECT '${orgId}', 'machine-' || n, 'online', '100.64.' || (n / 256) % 256 || '.' || n % 256, 'h' || n, 's', ARRAY['t' || n % 50], now()
    FROM generate_series(0, ${ROWS - 1}) n RETURNING 1`);
  const literal = (rule) => `('${orgId}', '${rule.action}', '${rule.source}', '${rule.destination}', ${rule.priority})`;
  for (let from = 0; from < ROWS; from += 1_000) {
    await system.sql(
      `INSERT INTO acl_rules (org_id, action, source, destination, priority) VALUES ${rules
        .slice(from, from + 1_000)
        .map(literal)
        .join(",")} RETURNING 1`,
    );
  }
  await system.sql("ANALYZE");
  const ids = (await system.sql("SELECT id FROM machines ORDER BY name LIMIT 500")).map(({ id }) => id);
  const call = async (path, body) => {
    const response = await fetch(`${system.url}${path}`, {
      method: body ? "POST" : "GET",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: ${text}`);
    return text;
  };
  const explain = (round) =>
    call("/api/access", {
      action: "explain",
      org_id: orgId,
      user_id: member.user.id,
      machine_id: ids[(round * 37) % ids.length],
      verb: "desktop-peer",
      viewer_machine_id: ids[(round * 11 + 1) % ids.length],
    });
  const list = (query) => () => call(`/api/db/machines?org_id=${orgId}&${query}`);
  const base = await time(REPEATS, () => call("/api/auth/me"));
  const report = (what, times) => console.log(`  ${what}: ${ms(times)}, ${(times.p50 / base.p50).toFixed(1)}x`);
  console.log(`${name}, ${ROWS} rules and machines; times and their ratio to GET /api/auth/me`);
  report("GET /api/auth/me", base);
  report("a whole decision (access explain)", await time(REPEATS, explain));
  report("100 machines, first page", await time(REPEATS, list("limit=100&order=name")));
  report("100 machines, last page", await time(REPEATS, list(`limit=100&order=name&offset=${ROWS - 100}`)));
  report("one machine by name", await time(REPEATS, list("name=machine-4711")));
  report("all machines at once", await time(10, list(`limit=${ROWS}`)));
}
