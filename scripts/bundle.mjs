// Puts each program into a few files, `dist/bundle`, which is what `bin` starts: a program of a thousand modules spends
// half a second looking for them, on every start, and the command line starts often. Part of `npm run build`; quick.
//
//     node scripts/bundle.mjs [agent] [cli] [server]
import { rmSync } from "node:fs";
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
  rmSync(target, { recursive: true, force: true });
  await bundled.write({ dir: target, format: "esm", entryFileNames: "[name].js" });
  await bundled.close();
}
