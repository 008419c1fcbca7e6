// What the dashboard's pages ask, of an organisation with 5,000 machines and 100,000 audit rows; on the embedded database
// and, with TEST_DATABASE_URL, on a PostgreSQL server.
//
//     npm run build && node bench/dashboard/run.mjs [--audit 100000] [--machines 5000] [--repeats 10]
//
// Whole HTTP calls of one client on the same machine, one after the other; those above the limit are marked and make the
// exit status 1. `verify` walks the whole chain and has no limit.
import { parseArgs } from "node:util";
import { freshDatabase } from "../../tests/dist/harness/postgres.js";
import { System } from "../../tests/dist/harness/system.js";
import { fill } from "./fill.mjs";

const { values } = parseArgs({
  options: {
    audit: { type: "string", default: "100000" },
    machines: { type: "string", default: "5000" },
    repeats: { type: "string", default: "10" },
  },
});
const REPEATS = Number(values.repeats);
const LIMIT_MS = 200;
const PAGE_ROWS = 100;

let isTooSlow = false;
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
    const startedAt = performance.now();
    const facts = await fill(system, { audit: Number(values.audit), machines: Number(values.machines) });
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
    console.log(`\n${name}: ${values.audit} audit rows, ${values.machines} machines (filled in ${seconds} s)\n`);
    await measure(system, facts);
  } finally {
    await system.stop();
  }
}
process.exitCode = isTooSlow ? 1 : 0;

async function measure(system, facts) {
  const { orgId, access_token: token } = system.owner;
  const call = async (path, body) => {
    const response = await fetch(`${system.url}${path}`, {
      method: body ? "POST" : "GET",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body && { body: JSON.stringify({ org_id: orgId, ...body }) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: ${text}`);
    return text;
  };
  const act = (path, action, input) => () => call(path, { action, ...input });
  const list =
    (table, query = "") =>
    () =>
      call(`/api/db/${table}?org_id=${orgId}&limit=1000${query}`);
  const search = (input) => act("/api/audit", "search", { limit: PAGE_ROWS, ...input });

  console.log("| call | p50 ms | worst ms | rows | kB |\n|---|---|---|---|---|");
  const report = (what, { p50, worst, answer }, limitMs) => {
    const isOver = worst > limitMs;
    isTooSlow ||= isOver;
    const { data } = JSON.parse(answer);
    const lists = [data, ...Object.values(data ?? {})].filter(Array.isArray);
    const cells = [what, p50.toFixed(0), `${worst.toFixed(0)}${isOver ? " OVER" : ""}`, lists[0]?.length ?? ""];
    console.log(`| ${[...cells, (answer.length / 1000).toFixed(0)].join(" | ")} |`);
  };
  const calls = {
    "GET /api/auth/me": () => call("/api/auth/me"),
    "machines, the first 1,000": list("machines", "&order=created_at"),
    "machines, the last 1,000": list("machines", "&order=created_at&offset=4000"),
    "machines, one": list("machines", "&name=machine-4711"),
    "sessions, running": act("/api/remote-shell", "list_sessions", {}),
    "sessions, ended": act("/api/remote-shell", "list_sessions", { status: "ended" }),
    "desktop sessions": list("remote_desktop_sessions"),
    "auth keys": list("auth_keys"),
    "API keys": act("/api/key-management", "list_api_keys", {}),
    members: list("org_members"),
    "access rules": list("acl_rules"),
    "access explain": act("/api/access", "explain", {
      user_id: facts.people[1],
      machine_id: facts.machine,
      verb: "shell",
    }),
    "exec history, 100": act("/api/exec", "history", {}),
    "exec history, 1000": act("/api/exec", "history", { limit: 1_000 }),
    "exec history of a machine": act("/api/exec", "history", { machine_id: facts.machine }),
    "diagnostics nodes": act("/api/troubleshoot", "list", {}),
    settings: act("/api/org-management", "settings", {}),
    "audit facets": act("/api/audit", "facets", {}),
    "audit, first page": search({}),
    "audit, a page in the middle": search({ before: Math.floor(facts.head / 2) }),
    "audit, news": search({ after: facts.head - 1 }),
  };
  for (const [what, ask] of Object.entries(calls)) report(what, await time(ask), LIMIT_MS);

  // Each filter alone and with each other: what is common, what is rare, and what is nowhere.
  const filters = {
    "event common": { event: "session" },
    "event rare": { event: "org.created" },
    "event nowhere": { event: "nothing" },
    class: { class: "denied" },
    type: { resource_type: "org" },
    "one machine": { resource_type: "machine", resource_id: facts.machine },
    "one actor": { actor: facts.rareEmail },
    "since an hour": { since: facts.lately },
    "until the first day": { until: facts.early },
    "text common": { text: "MACHINE-4" },
    "text rare": { text: "needle" },
    "text nowhere": { text: "no such text" },
  };
  const names = Object.keys(filters);
  for (const name of names) report(`audit, ${name}`, await time(search(filters[name])), LIMIT_MS);
  let worst = { what: "", ms: 0 };
  for (const [at, one] of names.entries()) {
    for (const other of names.slice(at + 1)) {
      const timed = await time(search({ ...filters[one], ...filters[other] }), Math.min(3, REPEATS));
      if (timed.worst > worst.ms) worst = { what: `${one} + ${other}`, ms: timed.worst };
      if (timed.worst > LIMIT_MS) report(`audit, ${one} + ${other}`, timed, LIMIT_MS);
    }
  }
  console.log(
    `\nThe slowest of ${(names.length * (names.length - 1)) / 2} pairs: ${worst.what}, ${worst.ms.toFixed(0)} ms.`,
  );

  // What a person waits for whose text is nowhere: all answers until the log's beginning.
  for (const name of ["text nowhere", "event nowhere"]) {
    const startedAt = performance.now();
    let answers = 0;
    for (let before; before !== null; answers++) {
      before = JSON.parse(await search({ ...filters[name], ...(before && { before }) })()).data.next;
    }
    const ms = performance.now() - startedAt;
    console.log(`The whole log, ${name}: ${answers} answers, ${ms.toFixed(0)} ms.`);
  }
  const { p50, answer } = await time(act("/api/audit", "verify", {}), 1);
  console.log(`verify: ${(p50 / 1000).toFixed(1)} s, ${answer}`);
}

async function time(ask, repeats = REPEATS) {
  let answer = await ask();
  const times = [];
  for (let round = 0; round < repeats; round++) {
    const startedAt = performance.now();
    answer = await ask();
    times.push(performance.now() - startedAt);
  }
  times.sort((one, other) => one - other);
  return { p50: times[Math.floor(times.length / 2)], worst: times.at(-1), answer };
}
