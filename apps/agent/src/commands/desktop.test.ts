import { once } from "node:events";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { findDisplay } from "../desktop/display/find-display.ts";
import { openX11 } from "../desktop/x11/x11-connection.ts";
import { isAlive } from "../platform/processes.ts";
import { openStateDir } from "../state/state-dir.ts";
import { buildProgram, Machine } from "../testing/built-program.ts";
import { waitFor } from "../testing/wait-for.ts";

let machine: Machine;
beforeAll(buildProgram, 120_000);
beforeEach(() => {
  machine = new Machine();
});
afterEach(() => machine.dispose(), 60_000);

const SLEEP = ["--", "sleep", "600"];
interface Written {
  display: string;
  xauthority: string;
  server_pid: number;
}
const written = () =>
  waitFor(() => JSON.parse(readFileSync(join(machine.stateDir, "virtual-display.json"), "utf8")) as Written);

test("a virtual display lasts until it is told to stop, and takes everything with it", async () => {
  const { child, result } = machine.start(["desktop", "--virtual", "1366x768", ...SLEEP]);
  const { display, xauthority, server_pid } = await written();
  expect(statSync(xauthority).mode & 0o777).toBe(0o600);
  const connection = await openX11(display, { xauthority });
  expect([connection.screen.pixel_width, connection.screen.pixel_height]).toEqual([1366, 768]);
  connection.close();
  await expect(openX11(display, { xauthority: "/dev/null" })).rejects.toThrow(/does not let this user in/);

  const { status, out } = await machine.ztna(["desktop"]);
  expect(out).toBe(`Viewers of this machine see the display ${display}, started by 'ztna desktop --virtual'\n`);
  expect(status).toBe(0);
  const again = await machine.ztna(["desktop", "--virtual", "800x600", ...SLEEP]);
  expect(again.status).toBe(5);
  expect(again.err).toContain(`${display} of ${machine.stateDir} runs already`);

  child.kill("SIGTERM");
  expect(await result).toMatchObject({ status: 0, err: "" });
  expect(isAlive(server_pid)).toBe(false);
  expect(Object.keys(machine.files())).toEqual([]);
});

test("a session that ends, ends its display", async () => {
  const ended = await machine.ztna(["desktop", "--virtual", "800x600", "--", "sleep", "1"]);
  expect(ended).toMatchObject({ status: 0, err: "The session has ended, and its display with it\n" });
  expect(ended.out).toContain("In it runs: sleep 1");
});

test("a session has the display's address and cookie, and all of it ends with the display", async () => {
  const pidFile = join(machine.stateDir, "pids");
  const script = `sleep 600 & echo $DISPLAY $XAUTHORITY $! > ${pidFile}; wait`;
  const { child, result } = machine.start(["desktop", "--virtual", "800x600", "--", "sh", "-c", script]);
  const { display, xauthority } = await written();
  const line = await waitFor(() => {
    const text = readFileSync(pidFile, "utf8").trim();
    expect(text).not.toBe("");
    return text;
  });
  expect(line).toContain(`${display} ${xauthority} `);
  child.kill("SIGINT");
  await result;
  await waitFor(() => expect(isAlive(Number(line.split(" ")[2]))).toBe(false));
});

test("what a killed one left behind gives way to the next", async () => {
  const first = machine.start(["desktop", "--virtual", "800x600", ...SLEEP]);
  const { server_pid } = await written();
  first.child.kill("SIGKILL");
  await once(first.child, "exit");
  expect(isAlive(server_pid)).toBe(true);
  const second = machine.start(["desktop", "--virtual", "1024x768", ...SLEEP]);
  await waitFor(async () => expect((await written()).server_pid).not.toBe(server_pid));
  expect(isAlive(server_pid)).toBe(false);
  second.child.kill("SIGTERM");
  await second.result;
});

test.each([
  [["--virtual", "10x10"], 2, "a display can be 320x200 to 7680x4320 pixels"],
  [["--virtual", "large"], 2, "--virtual takes a size such as 1920x1080"],
  [["--virtual", "800x600", "--display", "5"], 2, "--display takes a number such as :5"],
  [["--display", ":5"], 2, "say --virtual 1920x1080, too"],
  [["--virtual", "800x600", "--", "no-such-program"], 2, "there is no program no-such-program"],
])("%j is told what is wrong", async (args, status, words) => {
  const result = await machine.ztna(["desktop", ...args]);
  expect(result.status).toBe(status);
  expect(result.err).toContain(words);
});

test("without Xvfb it says which package has it", async () => {
  const { status, err } = await machine.ztna(["desktop", "--virtual", "800x600"], { PATH: "/nowhere" });
  expect(status).toBe(1);
  expect(err).toMatch(/apt-get install xvfb.*dnf install xorg-x11-server-Xvfb/);
});

test("a display that is named but not there is told, and none other is shown", async () => {
  const { status, err } = await machine.ztna(["desktop"], { ZTNA_DISPLAY: ":9876" });
  expect({ status, err }).toEqual({ status: 1, err: "No display can be shown: there is no X display :9876\n" });
});

test("a damaged or foreign file names no display, and neither does somebody's own screen behind ssh", async () => {
  const dir = openStateDir(join(machine.stateDir, "agent"));
  writeFileSync(dir.virtualDisplayFile, JSON.stringify({ display: "evil.example.com:0", xauthority: "x", pid: 1 }));
  const find = (environment: Record<string, string>, explicit?: string) => findDisplay({ explicit, environment, dir });
  const running = machine.start(["desktop", "--virtual", "800x600", ...SLEEP]);
  const { display, xauthority } = await written();
  expect(await find({ DISPLAY: display, XAUTHORITY: xauthority })).toEqual({
    display,
    xauthority,
    isVirtual: false,
    how: "named by DISPLAY",
  });
  expect(await find({}, display)).toMatchObject({ display, how: "named by ZTNA_DISPLAY", xauthority });
  await expect(find({}, "nonsense")).rejects.toThrow(/is no X display/);
  const forwarded = await find({ DISPLAY: "localhost:10.0" }).catch((error: Error) => error.message);
  expect(JSON.stringify(forwarded)).not.toContain("localhost");
  running.child.kill("SIGTERM");
  await running.result;
});
