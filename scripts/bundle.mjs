// Puts each program into a few files, `dist/bundle`, which is what `bin` starts: a program of a thousand modules spends
// half a second looking for them, on every start, and the command line starts often. Part of `npm run build`; quick.
//
//     node scripts/bundle.mjs [agent] [cli] [server]
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const APPS = join(fileURLToPath(new URL("..", import.meta.url)), "apps");

/** Their native or WebAssembly parts lie beside them, so they stay where they are. */
const LEFT_OUT = ["@electric-sql/pglite", "@lydell/node-pty", "@node-rs/argon2", "bufferutil", "node-av", "pg-native"];

/** What starts by itself: the program, and its threads. */
const ENTRIES = {
  agent: { main: "src/main.ts" },
  cli: { main: "src/main.ts" },
  server: { main: "src/main.ts", "pglite-worker": "src/platform/db/embedded/pglite-worker.js" },
};

/** For programs that run: each loads some of its parts late. */
const KEEP_OLD_PARTS_MS = 24 * 3_600_000;
/** All parts of a build are written within this time. */
const ONE_BUILD_MS = 5_000;

for (const app of process.argv.length > 2 ? process.argv.slice(2) : Object.keys(ENTRIES)) await bundle(app);

async function bundle(app) {
  const folder = join(APPS, app);
  const bundled = await rolldown({
    input: ENTRIES[app],
    cwd: folder,
    platform: "node",
    external: (id) => LEFT_OUT.some((name) => id === name || id.startsWith(`${name}/`)),
    resolve: { conditionNames: ["source", "node"] },
  });
  const target = join(folder, "dist", "bundle");
  const fresh = `${target}.${process.pid}`;
  try {
    await bundled.write({ dir: fresh, format: "esm", entryFileNames: "[name].js" });
    await bundled.close();
    moveInto(target, fresh, Object.keys(ENTRIES[app]));
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/**
 * Whoever starts the program meanwhile finds all of it, of the one build or of the other: a part has a hash of itself in
 * its name, and what names the parts comes last.
 */
function moveInto(target, fresh, entries) {
  mkdirSync(target, { recursive: true });
  const last = entries.map((entry) => `${entry}.js`);
  const parts = readdirSync(fresh).filter((name) => !last.includes(name));
  const now = Date.now();
  const before = timeOf(join(target, last[0]));
  for (const name of [...parts, ...last]) {
    setTime(join(fresh, name), now);
    renameSync(join(fresh, name), join(target, name));
  }
  for (const name of readdirSync(target)) {
    const file = join(target, name);
    if (parts.includes(name) || last.includes(name)) continue;
    // Of the build before this one: replaced at this moment, and marked so that the next one leaves it at that.
    if (timeOf(file) >= before - ONE_BUILD_MS) setTime(file, now - 2 * ONE_BUILD_MS);
    else if (now - timeOf(file) > KEEP_OLD_PARTS_MS) rmSync(file, { force: true });
  }
}

/** Ms; 0 for one that is not there: another build may have taken it away. */
function timeOf(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function setTime(file, ms) {
  // To whole seconds, which every file system keeps.
  const time = Math.floor(ms / 1_000);
  if (existsSync(file)) utimesSync(file, time, time);
}
