// Makes a checkout runnable with nothing but Node and npm: installs what the lock file names, builds what changed.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
const MARKS = join(ROOT, "node_modules", ".cache", "sallyport");
const MIN_NODE = [20, 19];

/** Ends the process with words when this Node is too old to run us. */
function requireNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > MIN_NODE[0] || (major === MIN_NODE[0] && minor >= MIN_NODE[1])) return;
  console.error(`Sallyport needs Node ${MIN_NODE.join(".")} or newer; this is ${process.versions.node}.`);
  process.exit(1);
}

/** Runs a command and ends the process with its status if it fails. Its output goes to standard error. */
export function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { cwd: ROOT, stdio: ["ignore", 2, 2], ...options });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

const digest = (text) => createHash("sha256").update(text).digest("hex");

/** Does something unless it was done before for the same input. */
function once(name, input, act) {
  const mark = join(MARKS, name);
  const wanted = digest(input);
  if (existsSync(mark) && readFileSync(mark, "utf8") === wanted) return;
  act();
  mkdirSync(MARKS, { recursive: true });
  writeFileSync(mark, wanted);
}

const IGNORED = new Set(["node_modules", "dist", "template", ".git", "data", ".cache"]);

/** Path, size and time of every source file: changes when anything that a build reads does. */
function* sourceFacts(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (IGNORED.has(entry.name) || entry.name.endsWith(".tsbuildinfo")) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* sourceFacts(path);
    else {
      const { size, mtimeMs } = statSync(path);
      yield `${path}:${size}:${mtimeMs}`;
    }
  }
}

/** Installs and builds what is missing or out of date; silent and quick when nothing is. */
export function bootstrap() {
  requireNode();
  const lock = readFileSync(join(ROOT, "package-lock.json"), "utf8");
  once("installed", `${lock}${process.versions.modules}`, () => {
    console.error("Installing packages …");
    run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
  });
  const folders = ["packages", "apps"].map((name) => join(ROOT, name));
  once("built", folders.flatMap((folder) => [...sourceFacts(folder)]).join("\n"), () => {
    console.error("Building …");
    run("npm", ["run", "--silent", "build"]);
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) bootstrap();
