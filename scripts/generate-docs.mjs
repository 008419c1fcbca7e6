// Writes the tables in docs/ from packages/protocol, or with --check fails when they differ from what it would write.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as protocol from "../packages/protocol/dist/index.js";
import { ACTION_ENDPOINTS, DOWNLOADS, ENDPOINTS, ERRORS, FrameKind } from "../packages/protocol/dist/index.js";
import { ROOT } from "./bootstrap.mjs";

const row = (...cells) => `| ${cells.join(" | ")} |`;

/** Facts for a sentence, so that a reader sees what it looks like. */
const SAMPLE = new Proxy({}, { get: (_, name) => (typeof name === "string" ? `‹${name}›` : undefined) });

const errors = [
  row("code", "HTTP", "close", "exit", "says"),
  row("---", "---", "---", "---", "---"),
  ...Object.entries(ERRORS).map(([code, { http, close, exit, message }]) =>
    row(`\`${code}\``, http, close ?? "", exit, message(SAMPLE)),
  ),
];

const guardOf = (guard) => (guard ? `${guard.right}${guard.feature ? `, \`${guard.feature}\`` : ""}` : "signed in");
const whoMay = (guard, { credential, guard: own }) =>
  credential === "node" ? "node" : guardOf(own === undefined ? guard : own);
const endpoints = [
  row("call", "action", "who", "what"),
  row("---", "---", "---", "---"),
  ...ENDPOINTS.map(({ method, path, credential, summary }) =>
    row(`\`${method} ${path}\``, "", credential === "none" ? "anybody" : credential, summary),
  ),
  ...ACTION_ENDPOINTS.flatMap(({ path, guard, actions }) =>
    Object.entries(actions).map(([name, action]) =>
      row(`\`POST ${path}\``, `\`${name}\``, whoMay(guard, action), action.summary),
    ),
  ),
  ...DOWNLOADS.map(({ path, guard, summary }) => row(`\`GET ${path}\``, "", guardOf(guard), summary)),
];

const frames = [
  row("kind", "number"),
  row("---", "---"),
  ...Object.entries(FrameKind).map(([name, number]) => row(`\`${name}\``, number)),
];

const limits = [
  row("limit", "value"),
  row("---", "---"),
  ...Object.entries(protocol)
    .filter(([name, value]) => /^[A-Z][A-Z_]+$/.test(name) && (typeof value === "number" || isRange(value)))
    .filter(([name]) => !name.endsWith("PREFIX"))
    .map(([name, value]) =>
      row(`\`${name}\``, typeof value === "number" ? value.toLocaleString("en") : `\`${JSON.stringify(value)}\``),
    ),
];

function isRange(value) {
  return (
    typeof value === "object" &&
    value !== null &&
    Object.values(value).every((each) => typeof each === "number") &&
    value !== FrameKind
  );
}

const TABLES = { "docs/errors.md": { errors }, "docs/protocol.md": { endpoints, frames, limits } };

const check = process.argv.includes("--check");
let stale = 0;
for (const [file, tables] of Object.entries(TABLES)) {
  const path = join(ROOT, file);
  const before = readFileSync(path, "utf8");
  let after = before;
  for (const [name, lines] of Object.entries(tables)) {
    const place = new RegExp(`(<!-- generated: ${name} -->\n)[\\s\\S]*?(<!-- end -->)`);
    if (!place.test(after)) throw new Error(`${file} has no place for ${name}`);
    after = after.replace(place, (_, begin, end) => `${begin}\n${lines.join("\n")}\n\n${end}`);
  }
  if (after === before) continue;
  stale += 1;
  if (check) console.error(`${file} is out of date; run: node scripts/generate-docs.mjs`);
  else writeFileSync(path, after);
}
process.exit(check && stale > 0 ? 1 : 0);
