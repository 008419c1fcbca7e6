// Run by lock-data-dir.test.ts: holds the lock on a folder until it is killed.
import { lockDataDir } from "./lock-data-dir.ts";

const [dir] = process.argv.slice(2);
if (!dir) throw new Error("usage: holds-lock <dir>");
await lockDataDir(dir);
process.stdout.write("locked\n");
setInterval(() => {}, 1000);
