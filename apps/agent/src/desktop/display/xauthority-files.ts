/** Where display managers keep the cookies of a display, for the user that this process runs as. */
import { readdir, readFile } from "node:fs/promises";
import { homedir, hostname, userInfo } from "node:os";
import { join } from "node:path";
import { findCookie } from "../x11/xauthority.ts";

/** Environments are looked at one by one; a machine has no more processes of interest. */
const MAX_PROCESSES = 4_000;

/**
 * Files with a cookie for the display that this user may read, the likeliest first.
 *
 * @param known a file that was named, as by XAUTHORITY
 */
export async function xauthorityFiles(display: number, known: string | undefined): Promise<string[]> {
  const { uid, username } = userInfo();
  const runtime = `/run/user/${uid}`;
  const usual = [
    ...(known === undefined ? [] : [known]),
    join(homedir(), ".Xauthority"),
    `${runtime}/gdm/Xauthority`,
    ...(await namesIn(runtime, /^xauth_/)),
    ...(await namesIn("/tmp", /^xauth_/)),
    join(homedir(), ".local", "share", "sddm", ".Xauthority"),
    `/run/lightdm/${username}/xauthority`,
    `/var/run/lightdm/${username}/xauthority`,
  ];
  const named = await holding(usual, display);
  return named.length > 0 ? named : holding(await filesOfProcesses(display), display);
}

async function namesIn(folder: string, pattern: RegExp): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => pattern.test(name)).map((name) => join(folder, name));
}

async function holding(files: readonly string[], display: number): Promise<string[]> {
  const found: string[] = [];
  for (const file of new Set(files)) {
    const contents = await readFile(file).catch(() => undefined);
    if (contents && findCookie(contents, display, hostname())) found.push(file);
  }
  return found;
}

/** What programs on this display were told, as far as their environment may be read. */
async function filesOfProcesses(display: number): Promise<string[]> {
  const processes = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name));
  const files: string[] = [];
  for (const pid of processes.slice(-MAX_PROCESSES)) {
    const environment = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
    const variable = (name: string) =>
      environment
        .split("\0")
        .find((line) => line.startsWith(`${name}=`))
        ?.slice(name.length + 1);
    const file = variable("XAUTHORITY");
    if (file && new RegExp(`^:${display}(\\.\\d+)?$`).test(variable("DISPLAY") ?? "")) files.push(file);
  }
  return files;
}
