/** `gatekey-admin session`: shells in an operator's own terminal, on the built programs and a real pseudo-terminal. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { ERRORS, type SessionView, shellApi } from "@sallyport/protocol";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { anyDatabase } from "../harness/postgres.ts";
import { runProgram, temporaryFolder } from "../harness/programs.ts";
import { OWNER, System } from "../harness/system.ts";

const CLI = fileURLToPath(new URL("../../apps/cli/bin/gatekey-admin.js", import.meta.url));
const ESCAPE = "\x1d";
const DETACHED = /Detached\. .*attach ([0-9a-f]{8})/;

let system: System;
let environment: Record<string, string>;
let removeFolder: () => Promise<void>;
const windows: Window[] = [];

beforeAll(async () => {
  system = await System.start(await anyDatabase());
  await system.startAgent("Linux-C");
  const folder = await temporaryFolder();
  removeFolder = () => folder.remove();
  environment = { GATEKEY_SERVER: system.url, GATEKEY_CONFIG: `${folder.path}/config.yaml` };
  await operate(["login", "--email", OWNER.email], `${OWNER.password}\n`);
});
afterEach(async () => {
  for (const window of windows.splice(0)) await window.close();
  const running = await sessions();
  if (running.length > 0) await operate(["session", "kill", "-y", ...running.map(({ id }) => id)]);
});
afterAll(async () => {
  await removeFolder?.();
  await system?.stop();
});

const operate = (args: string[], input?: string) => runProgram("gatekey-admin", args, environment, input);

async function sessions(): Promise<SessionView[]> {
  return (await system.owner.api.act(shellApi, "list_sessions", { org_id: system.owner.orgId })).sessions;
}

/** A terminal window in which a person has started the command. */
class Window {
  readonly #child: ChildProcess;
  readonly exited: Promise<number | null>;
  shown = "";
  allShown = "";

  constructor(...args: string[]) {
    const command = [process.execPath, CLI, ...args].map((word) => `'${word}'`).join(" ");
    // It gives the command a pseudo-terminal, and its exit status back.
    this.#child = spawn("script", ["-qfec", command, "/dev/null"], { env: { ...process.env, ...environment } });
    this.#child.stdout?.on("data", (chunk: Buffer) => {
      this.shown += chunk.toString();
      this.allShown += chunk.toString();
    });
    this.exited = once(this.#child, "close").then(([status]) => status as number | null);
    windows.push(this);
  }

  press(keys: string): void {
    this.#child.stdin?.write(keys);
  }

  /** Waits for what the person sees; returns it, and looks only behind it the next time. */
  async sees(pattern: RegExp): Promise<RegExpExecArray> {
    await system.until(() => pattern.test(this.shown), `${pattern} in ${JSON.stringify(this.shown)}`);
    const found = pattern.exec(this.shown) as RegExpExecArray;
    this.shown = this.shown.slice(found.index + found[0].length);
    return found;
  }

  /** As `kill` does from another window. */
  stop(): void {
    spawnSync("pkill", ["-TERM", "-P", String(this.#child.pid)]);
  }

  async close(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.exited;
  }
}

test("a shell is opened, left, listed, found again as it was, and its exit status comes through", async () => {
  const first = new Window("session", "open", "linux-c");
  await first.sees(/Ctrl-\] then d detaches/);
  await first.sees(/# /);
  first.press("export MARK=four$((40+2)); echo seen-$MARK\r");
  await first.sees(/seen-four42/);
  first.press(`${ESCAPE}d`);
  const [, id = ""] = await first.sees(DETACHED);
  expect(await first.exited).toBe(0);

  const { stdout, status } = await operate(["session", "ps"]);
  expect(status).toBe(0);
  expect(stdout).toMatch(/^ +ID +MACHINE +USER +STARTED +VIEWER +FROM$/m);
  expect(stdout).toMatch(new RegExp(`^\\* +${id} +Linux-C +${OWNER.email} .* detached +127\\.0\\.0\\.1$`, "m"));

  const second = new Window("session", "attach", id);
  await second.sees(/seen-four42/);
  second.press("echo again-$MARK; exit 7\r");
  await second.sees(/again-four42/);
  expect(await second.exited).toBe(7);
  const ended = await operate(["session", "ps", "--ended", "-o", "json"]);
  expect(JSON.parse(ended.stdout)).toContainEqual(expect.objectContaining({ cause: "exited", exit_code: 7 }));
});

test("a terminal is given back as it was, when a person leaves and when the command is stopped", async () => {
  const window = new Window("session", "open", "Linux-C");
  await window.sees(/# /);
  window.press("printf '\\033[?1049h\\033[?25l\\033[?1000h'\r");
  await window.sees(/\[\?1000h/);
  window.press(`${ESCAPE}d`);
  const [, id = ""] = await window.sees(DETACHED);
  expect(window.allShown).toMatch(/\[\?25h.*\[\?1000l.*\[\?1049l.*Detached/s);

  const again = new Window("session", "attach", id);
  await again.sees(/\[\?1000h/);
  again.stop();
  await again.sees(/\[\?1000l.*\[\?1049l/);
  expect(await again.exited).toBe(128 + 15);
});

test("a session that is open elsewhere is not taken without asking, and is taken with --take-over", async () => {
  const first = new Window("session", "open", "Linux-C");
  await first.sees(/# /);
  first.press("echo mine-$((1+1))\r");
  await first.sees(/mine-2/);
  const [{ id = "" } = {}] = await sessions();

  const refused = await operate(["session", "attach", id.slice(0, 8)], "");
  expect(refused.status).toBe(ERRORS.SESSION_ATTACHED.exit);
  expect(refused.stderr).toContain("open in another window");

  const second = new Window("session", "attach", id.slice(0, 8));
  await second.sees(/Take it over\? \[y\/N\] /);
  second.press("y\r");
  await second.sees(/mine-2/);
  second.press("echo both-$((2+2))\r");
  await second.sees(/both-4/);
  await first.sees(/taken over from another window.*--take-over/);
  expect(await first.exited).toBe(ERRORS.SESSION_TAKEN_OVER.exit);

  const third = new Window("session", "attach", "--take-over", id);
  await third.sees(/mine-2/);
  expect(await second.exited).toBe(ERRORS.SESSION_TAKEN_OVER.exit);
});

test("a session is ended with a key, after a question, or by kill", async () => {
  const first = new Window("session", "open", "Linux-C");
  await first.sees(/# /);
  first.press(`${ESCAPE}k`);
  await first.sees(/End the session .*\? y\/N/);
  first.press("n");
  first.press("echo still-$((2+2))\r");
  await first.sees(/still-4/);
  first.press(`${ESCAPE}ky`);
  await first.sees(/The session was ended/);
  expect(await first.exited).toBe(0);
  await system.until(async () => (await sessions()).length === 0);

  const second = new Window("session", "open", "Linux-C");
  await second.sees(/# /);
  const [{ id = "" } = {}] = await sessions();
  expect(await operate(["session", "kill", id.slice(0, 8)])).toMatchObject({ status: 2 });
  const { status, stderr } = await operate(["session", "kill", "--yes", id.slice(0, 8)]);
  expect(stderr).toBe(`Ended ${id}.\n`);
  expect(status).toBe(0);
  expect(await second.exited).toBe(ERRORS.SESSION_REVOKED.exit);
});

test("commands come from a pipe, too, and standard output has nothing but what the program wrote", async () => {
  const { status, stdout, stderr } = await operate(["session", "open", "Linux-C"], "echo from-a-$((3+4)); exit 3\n");
  expect(status).toBe(3);
  expect(stdout).toContain("from-a-7");
  expect(stderr).toBe("");
});

test("the control plane restarts, and the window goes on where it was", async () => {
  const window = new Window("session", "open", "Linux-C");
  await window.sees(/# /);
  window.press("echo before-$((5+5))\r");
  await window.sees(/before-10/);
  await system.server.stop();
  await window.sees(/reconnecting/);
  window.press("echo after-$((6+6))\r");
  await window.sees(/typed bytes? wait/);
  await system.startServer();
  await window.sees(/after-12/);
});

test("what is not there is said, with a status of its own", async () => {
  const none = await operate(["session", "ps"]);
  expect(none).toEqual({ status: 0, stdout: "", stderr: "No session of yours is running.\n" });
  expect(await operate(["session", "ps", "-o", "json"])).toMatchObject({ status: 0, stdout: "[]\n" });
  const missing = await operate(["session", "attach", "ffffffff"]);
  expect(missing).toMatchObject({ status: 4, stderr: "NOT_FOUND: Session ffffffff not found\n" });
  expect(await operate(["session", "open", "nobody"])).toMatchObject({ status: 4 });
  expect(await operate(["session", "kill", "-y", "ffffffff"])).toMatchObject({ status: 4 });
});

test("many commands at once share one sign-in", async () => {
  const all = await Promise.all(Array.from({ length: 4 }, () => operate(["session", "ps", "-o", "json"])));
  expect(all.map(({ status, stderr }) => `${status} ${stderr}`)).toEqual(
    Array(4).fill("0 No session of yours is running.\n"),
  );
});
