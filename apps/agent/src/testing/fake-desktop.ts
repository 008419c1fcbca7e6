import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(new URL("fake-desktop.mjs", import.meta.url));

/** A process that speaks as the one which shows desktops does. `says` is why it shows none; `broken`: it does not start. */
export const startFakeDesktop = (says = ""): ChildProcess =>
  spawn(process.execPath, [PROGRAM], { stdio: ["ignore", "ignore", "inherit", "ipc"], env: { FIXTURE: says } });
