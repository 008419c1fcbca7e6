// The X servers that a desktop is measured on: each chooses a display that is free and lets this machine's accounts in.
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

const SIZE = "1920x1080";
const DUMMY = new URL("../../apps/agent/src/testing/xorg-dummy.conf", import.meta.url);

const ARGUMENTS = {
  Xvfb: () => ["-screen", "0", `${SIZE}x24`],
  Xtigervnc: () => ["-geometry", SIZE, "-depth", "24", "-SecurityTypes", "None", "-localhost", "-rfbport", "5999"],
  Xorg: (folder) => {
    const config = join(folder, "xorg.conf");
    writeFileSync(config, readFileSync(DUMMY, "utf8").replace('Modes "800x600"', `Modes "${SIZE}"`));
    return ["-config", config, "-logfile", join(folder, "xorg.log"), "-noreset", "-sharevts", "-novtswitch"];
  },
};

/** @param folder for what the server wants to have in files */
export async function startServer(name, folder) {
  const args = ARGUMENTS[name]?.(folder);
  if (!args) throw new Error(`--server is one of ${Object.keys(ARGUMENTS).join(", ")}`);
  const xserver = spawn(name, ["-displayfd", "1", "-nolisten", "tcp", "-ac", ...args], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const number = await new Promise((resolve, reject) => {
    createInterface(xserver.stdout).once("line", resolve);
    xserver.once("error", reject);
    xserver.once("exit", (code) => reject(new Error(`${name} ended with ${code}`)));
  });
  return { xserver, display: `:${number}` };
}
