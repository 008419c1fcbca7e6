// Writes apps/web/texts/en.json: every text of the dashboard, once, for translators. `--check` only says whether it is as it
// would be written. Texts are the literals of `t("…")` and `plural(n, { one: "…", other: "…" })`; see apps/web/src/lib/texts.ts.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { parseSync } from "oxc-parser";
import { ROOT } from "./bootstrap.mjs";

const SOURCES = join(ROOT, "apps/web/src");
const CATALOGUE = join(ROOT, "apps/web/texts/en.json");

const texts = new Map();
const faults = [];
for (const name of readdirSync(SOURCES, { recursive: true })) {
  if (/\.tsx?$/.test(name) && !/\.(test|fixture)\.|(^|\/)(testing|lib\/texts)\.ts$/.test(name))
    collect(join(SOURCES, name));
}
// By code points, and not as somebody's language sorts.
const sorted = [...texts].sort(([one], [other]) => (one < other ? -1 : 1));
const written = `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`;

if (!process.argv.includes("--check")) writeFileSync(CATALOGUE, written);
else if (readFileSync(CATALOGUE, "utf8") !== written)
  faults.push("apps/web/texts/en.json is old: node scripts/collect-texts.mjs");
for (const fault of faults) console.error(fault);
process.exit(faults.length > 0 ? 1 : 0);

function collect(file) {
  const source = readFileSync(file, "utf8");
  const { program, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0].message}`);
  visit(program, (node) => {
    if (node.type !== "CallExpression") return;
    // As i18next looks them up: by the text, and by the text and the form.
    const add = (key, text, form = "") => {
      const fault = faultOf(key, text, form);
      if (fault) faults.push(`${relative(ROOT, file)}:${lineOf(source, node.start)}: ${fault}`);
      else texts.set(key.value + form, text.value);
    };
    const [first, second] = node.arguments;
    if (node.callee.name === "t") add(first, first);
    if (node.callee.name !== "plural") return;
    const forms = Object.fromEntries((second?.properties ?? []).map(({ key, value }) => [key.name, value]));
    add(forms.other, forms.one, "_one");
    add(forms.other, forms.other, "_other");
  });
}

function faultOf(key, text, form) {
  if (typeof key?.value !== "string" || typeof text?.value !== "string")
    return "not a literal, which cannot be collected";
  const other = texts.get(key.value + form) ?? text.value;
  return other === text.value ? undefined : `the same text has another form elsewhere: ${other}`;
}

function visit(node, act) {
  if (Array.isArray(node)) for (const each of node) visit(each, act);
  else if (typeof node?.type === "string") {
    act(node);
    for (const each of Object.values(node)) if (typeof each === "object") visit(each, act);
  }
}

function lineOf(source, offset) {
  return source.slice(0, offset).split("\n").length;
}
