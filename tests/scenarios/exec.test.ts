/** Source 04: commands on nodes, with the real command line, on real agents from real YAML. */
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ERRORS, execApi, type NodeView, nodeAdminApi } from "@sallyport/protocol";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { NodeAgent } from "../harness/node-agent.ts";
import { anyDatabase } from "../harness/postgres.ts";
import { runProgram, temporaryFolder } from "../harness/programs.ts";
import { OWNER, System } from "../harness/system.ts";
import { TestWindow } from "../harness/window.ts";

const CLI = fileURLToPath(new URL("../../apps/cli/bin/gatekey-admin.js", import.meta.url));
const PATHS = { gateway: ["gateway"], hub: ["mesh", "hub"], spoke: ["mesh", "spoke"] } as const;

let system: System;
let environment: Record<string, string>;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let hub: NodeAgent;
const agents: NodeAgent[] = [];

beforeAll(async () => {
  // A command whose viewer has gone is ended after it: long enough for a restart, and short enough to wait for.
  system = await System.start({ ...(await anyDatabase()), SESSION_GRACE_SECONDS: "20" });
  folder = await temporaryFolder();
  environment = { GATEKEY_SERVER: system.url, GATEKEY_CONFIG: join(folder.path, "config.yaml") };
  await operate(["login", "--email", OWNER.email], `${OWNER.password}\n`);
  hub = await node("hub", "hub-1", ["--tag", "prod"]);
  await node("spoke", "spoke-datacenter", ["--agent-id", "spoke-dc"]);
  await node("gateway", "gateway-west", ["--agent-id", "gw-west", "--tag", "prod"]);
  await listed("gw-west", "hub-1", "spoke-dc");
});
afterAll(async () => {
  await Promise.all(agents.map((agent) => agent.stop()));
  await folder?.remove();
  await system?.stop();
});

const operate = (args: string[], input?: string) => runProgram("gatekey-admin", args, environment, input);
const exec = (...args: string[]) => operate(["session", "exec", "-n", ...args]);

async function node(kind: keyof typeof PATHS, name: string, options: string[] = []): Promise<NodeAgent> {
  const { stdout } = await operate([...PATHS[kind], "create", name, ...options, "-o", "json"]);
  const { token } = JSON.parse(stdout) as NodeView & { token: string };
  const agent = await NodeAgent.start({ name, control_plane_url: system.url, token, session_enabled: true });
  agents.push(agent);
  return agent;
}

/** Asked of the server itself: a process for each look would be many. */
const connected = async (): Promise<string[]> => {
  const { agents } = await system.owner.api.act(nodeAdminApi, "list_agents", { org_id: system.owner.orgId });
  return agents.map(({ agent_id }) => agent_id);
};
const listed = (...names: string[]) =>
  system.until(async () => {
    const there = await connected();
    return names.every((name) => there.includes(name));
  }, `${names} to be connected`);

/** The command line with its streams as pipes, while it runs. */
function start(...args: string[]) {
  const child = spawn(process.execPath, [CLI, "session", "exec", ...args], {
    env: { ...process.env, ...environment },
    stdio: ["pipe", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const chunks: Buffer[] = [];
  let stderr = "";
  let heard = () => {};
  child.stdout.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    heard();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const stdout = () => Buffer.concat(chunks);
  return {
    child,
    stdout,
    stderr: () => stderr,
    exited: once(child, "close").then(([status]) => status as number | null),
    says: async (text: string) => {
      while (!stdout().includes(text)) {
        await new Promise<void>((resolve) => {
          heard = resolve;
        });
      }
    },
  };
}

const rows = async (action: string): Promise<Record<string, unknown>[]> => {
  const found = await system.sql(`SELECT metadata FROM audit_logs WHERE action = '${action}' ORDER BY seq`);
  return found.map(({ metadata }) => metadata as Record<string, unknown>);
};

describe("one command", () => {
  test.each([
    ["GK-030 by agent id", "hub-1"],
    ["GK-032 by node name", "spoke-datacenter"],
    ["GK-033 by another agent id", "gw-west"],
  ])("%s", async (_, name) => {
    expect(await exec(name, "echo $((6 * 7))")).toEqual({ status: 0, stdout: "42\n", stderr: "" });
  });

  test("GK-031 GK-105 its words are joined by spaces, its options are its own, and its status is ours", async () => {
    const { status, stdout, stderr } = await exec("hub-1", "printf", "'%s|'", "-n", "--timeout", "a  b;", "exit", "7");
    expect([status, stdout, stderr]).toEqual([7, "-n|--timeout|a|b|", ""]);
  });

  test("GK-104 standard output and errors come apart, byte for byte", async () => {
    const { child, stdout, exited, stderr } = start("-n", "hub-1", "printf '\\000\\377\\n'; printf err >&2");
    child.stdin.end();
    expect(await exited).toBe(0);
    expect([...stdout()]).toEqual([0x00, 0xff, 0x0a]);
    expect(stderr()).toBe("err");
  });

  test("GK-066 it runs as the account of the agent, and finds no secret of it", async () => {
    const { stdout } = await exec("hub-1", "id -un; env");
    expect(stdout.split("\n")[0]).toBe(spawnSync("id", ["-un"], { encoding: "utf8" }).stdout.trim());
    expect(stdout).not.toMatch(/ZTNA|SALLYPORT|GATEKEY/);
  });

  test("GK-091 output comes as it is written, not at the end", async () => {
    const { child, says, exited } = start("hub-1", "echo first; read line; echo then $line");
    await says("first");
    child.stdin.end("second\n");
    await says("then second");
    expect(await exited).toBe(0);
  });

  test("100 MiB arrive exact", async () => {
    const sums = await exec(
      "hub-1",
      "head -c 104857600 /dev/zero | openssl enc -aes-128-ctr -K 00 -iv 00 2>/dev/null | sha256sum",
    );
    const big = start("-n", "hub-1", "head -c 104857600 /dev/zero | openssl enc -aes-128-ctr -K 00 -iv 00 2>/dev/null");
    big.child.stdin.end();
    expect(await big.exited).toBe(0);
    expect(big.stdout().length).toBe(104_857_600);
    expect(`${createHash("sha256").update(big.stdout()).digest("hex")}  -\n`).toBe(sums.stdout);
  });

  test("standard input arrives exact, and its end", async () => {
    const input = "sallyport\n".repeat(100_000);
    const { status, stdout } = await operate(["session", "exec", "hub-1", "sha256sum"], input);
    expect(status).toBe(0);
    expect(stdout).toBe(`${createHash("sha256").update(input).digest("hex")}  -\n`);
  });

  test("GK-082 GK-092 GK-110 a command that takes too long is ended, with all that it started, and said to be", async () => {
    const { status, stdout, stderr } = await exec("--timeout", "1", "hub-1", "sleep 300 & echo $!; wait");
    expect([status, stderr]).toEqual([124, "The command on 'hub-1' timed out after 1 second.\n"]);
    await system.until(async () => !existsSync(`/proc/${stdout.trim()}`), "what it started to be gone");
  });

  test("Ctrl-C reaches the command; a second one ends it", async () => {
    const polite = start("hub-1", "trap 'echo asked; exit 9' INT; echo up; while :; do sleep 0.1; done");
    await polite.says("up");
    polite.child.kill("SIGINT");
    expect(await polite.exited).toBe(9);
    expect(polite.stdout().toString()).toBe("up\nasked\n");

    const deaf = start("hub-1", "trap 'echo heard' INT; echo $$ up; while :; do sleep 0.1; done");
    await deaf.says("up");
    deaf.child.kill("SIGINT");
    await deaf.says("heard");
    deaf.child.kill("SIGINT");
    expect(await deaf.exited).toBe(130);
    const pid = deaf.stdout().toString().split(" ")[0] ?? "";
    await system.until(async () => !existsSync(`/proc/${pid}`), "the command to be gone");
  });

  test("a command killed by a signal says so by its status", async () => {
    const { status, stderr } = await exec("hub-1", "kill -9 $$");
    expect([status, stderr]).toEqual([137, "The program was killed by signal 9.\n"]);
  });

  test("for programs, the result is one value in their format", async () => {
    const { stdout } = await operate([
      "session",
      "exec",
      "-n",
      "-o",
      "json",
      "hub-1",
      "echo out; echo err >&2; exit 3",
    ]);
    expect(JSON.parse(stdout)).toMatchObject({
      node: "hub-1",
      status: 3,
      stdout: "out\n",
      stderr: "err\n",
      error: null,
    });
  });
});

describe("what is refused", () => {
  test("GK-065 GK-093 somebody who is no administrator runs nothing", async () => {
    const member = await system.person("member");
    const config = join(folder.path, `${member.user.id}.yaml`);
    const as = { GATEKEY_SERVER: system.url, GATEKEY_CONFIG: config };
    const created = await member.api
      .act(execApi, "create", { org_id: member.orgId, machine_ids: [member.orgId], command: "id" })
      .catch((error: unknown) => error);
    expect(created).toMatchObject({ code: "FORBIDDEN" });
    const { status } = await runProgram("gatekey-admin", ["session", "exec", "hub-1", "id"], as, "");
    expect(status).toBe(ERRORS.UNAUTHORIZED.exit);
  });

  test("R-14 another organisation's administrator finds none of the nodes", async () => {
    const stranger = await system.tenant();
    const [{ id: machineId } = {}] = await system.sql("SELECT id FROM machines WHERE name = 'hub-1'");
    const { machines } = await stranger.api.act(execApi, "create", {
      org_id: stranger.orgId,
      machine_ids: [String(machineId)],
      command: "id",
    });
    expect(machines).toMatchObject([{ token: null, machine_name: null, error: { code: "NOT_FOUND" } }]);
  });

  test.each([
    ["GK-081 a name that no node has", ["nosuch", "id"], ERRORS.NOT_FOUND.exit, /^NOT_FOUND: /],
    [
      "an option in the wrong place",
      ["hub-1", "--timeout", "2", "id"],
      ERRORS.INVALID_INPUT.exit,
      /Options come before/,
    ],
    ["nothing to run", ["hub-1"], ERRORS.INVALID_INPUT.exit, /^INVALID_INPUT: Say what to run/],
    ["a selector that is none", ["--on", "colour=red", "id"], ERRORS.INVALID_INPUT.exit, /key of kind, tag, name, id/],
    ["a selector that chooses nothing", ["--on", "tag=nosuch", "id"], ERRORS.NOT_FOUND.exit, /tag=nosuch/],
    ["a time that is none", ["--timeout", "soon", "hub-1", "id"], ERRORS.INVALID_INPUT.exit, /whole number/],
  ])("%s", async (_, args, status, message) => {
    const refused = await exec(...args);
    expect([refused.status, refused.stdout]).toEqual([status, ""]);
    expect(refused.stderr).toMatch(message);
  });

  test("GK-090 GK-109 a node that is not connected", async () => {
    const away = await node("hub", "hub-away");
    await listed("hub-away");
    await away.stop();
    await system.until(async () => !(await connected()).includes("hub-away"), "it to be gone");
    const { status, stderr } = await exec("hub-away", "id");
    expect(status).toBe(ERRORS.MACHINE_OFFLINE.exit);
    expect(stderr).toContain("MACHINE_OFFLINE");
  });

  test("errors come in the format of the output", async () => {
    const { status, stderr } = await operate(["session", "exec", "-o", "json", "nosuch", "id"]);
    expect(status).toBe(ERRORS.NOT_FOUND.exit);
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: "NOT_FOUND" } });
  });
});

describe("many nodes", () => {
  test("lines under their names, and a summary; by selectors, and by names", async () => {
    const all = await exec("--on", "name=*-1", "--on", "kind=gateway", "echo one; echo two >&2");
    expect(all.status).toBe(0);
    expect(all.stdout.split("\n").sort()).toEqual(["", "gw-west: one", "hub-1:   one"]);
    expect(all.stderr).toContain("gw-west: two\n");
    expect(all.stderr).toContain("2 hosts succeeded; 0 hosts failed");
    const named = await exec("hub-1,spoke-datacenter", "echo here");
    expect(named.stdout.split("\n").sort()).toEqual(["", "hub-1:    here", "spoke-dc: here"]);
    expect((await exec("--on", "kind=hub,tag=prod", "echo x")).stdout).toBe("hub-1: x\n");
  });

  test("a node on which it fails makes it fail, and is named", async () => {
    const { status, stderr } = await exec(
      "--on",
      "name=*",
      'case "$(hostname)" in *) test "$HOME" = "/nowhere";; esac',
    );
    expect(status).toBe(1);
    expect(stderr).toContain("0 hosts succeeded; 3 hosts failed");
    expect(stderr).toContain("  hub-1: exit status 1");
  });

  test("after a canary that failed nothing else is started, and who was spared is said", async () => {
    const { status, stdout, stderr } = await exec("--canary", "1", "--on", "name=*", "echo ran; exit 3");
    expect([status, stdout]).toEqual([1, "gw-west:  ran\n"]);
    expect(stderr).toContain("2 hosts skipped: hub-1, spoke-dc");
  });

  test("--log-dir keeps what each wrote, and --max-fail and --batch hold it back", async () => {
    const logs = join(folder.path, "logs");
    const args = ["--batch", "1", "--max-fail", "0", "--log-dir", logs, "--on", "name=*"];
    expect((await exec(...args, "echo kept; exit 1")).status).toBe(1);
    expect(readdirSync(logs).sort()).toEqual(["gw-west.stdout", "hosts.failed", "hosts.succeeded"]);
    expect(readFileSync(join(logs, "gw-west.stdout"), "utf8")).toBe("kept\n");
  });

  test("as JSON lines, one result a line, and nothing else on standard output", async () => {
    const { stdout } = await operate(["session", "exec", "-n", "-o", "jsonl", "--on", "name=*", "echo hi"]);
    const results = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(results.map(({ node, status, stdout }) => [node, status, stdout])).toEqual([
      ["gw-west", 0, "hi\n"],
      ["hub-1", 0, "hi\n"],
      ["spoke-dc", 0, "hi\n"],
    ]);
  });
});

describe("what is recorded", () => {
  test("GK-068 GK-069 GK-071 GK-094 X-44 connections and commands are in the log that audit list --action session shows", async () => {
    const marker = `echo audited-${Date.now()}`;
    await exec("hub-1", `${marker}; exit 4`);
    await operate(["session", "connect", "hub-1"], "exit\n");
    const { stdout } = await operate(["audit", "list", "--action", "session", "--since", "5m", "-o", "jsonl"]);
    const entries = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { action: string; metadata: Record<string, unknown>; actor_email: string });
    const ofCommand = entries.filter(({ metadata }) => String(metadata.command).startsWith(marker));
    expect(ofCommand.map(({ action, actor_email }) => [action, actor_email])).toEqual([
      ["session.command_ended", OWNER.email],
      ["session.command_started", OWNER.email],
    ]);
    expect(ofCommand[0]?.metadata).toMatchObject({ machine_name: "hub-1", exit_code: 4, cause: "exited" });
    const table = await operate(["audit", "list", "--action", "session", "--limit", "3"]);
    expect(table.stdout.split("\n")[0]).toMatch(/^Time +Action +Resource +User +IP/);
  });

  test("GK-070 GK-095 what a command writes is recorded only where the organisation chose it", async () => {
    const secret = `canary-${Date.now()}`;
    await exec("hub-1", `echo ${secret.split("").join("''")}`);
    expect(JSON.stringify(await rows("session.command_ended"))).not.toContain(secret);
    expect(system.server.stdout + system.server.stderr + hub.program.stderr).not.toContain(secret);

    await operate(["org", "set", "--record-output=true"]);
    onTestFinished(async () => void (await operate(["org", "set", "--record-output=false"])));
    await exec("hub-1", "printf recorded; printf problems >&2");
    // A command's end is told before it is on record.
    const last = async () => (await rows("session.command_ended")).at(-1);
    await expect.poll(last).toMatchObject({ stdout: "recorded", stderr: "problems" });

    const [run = ""] = (await operate(["exec", "history"])).stdout.split("\n").slice(1);
    expect(run).toMatch(/^[0-9a-f]{8} .* 1 +0 +printf recorded/);
    const shown = await operate(["exec", "history", run.slice(0, 8)]);
    expect(shown.stdout).toContain("--- hub-1 stdout\nrecorded");
    expect(shown.stdout).toContain("exit 0");
  });
});

test("a command on several machines is one run in the list of runs, with how it went on all of them", async () => {
  const { api, orgId: org_id } = system.owner;
  const command = "false # of a list";
  expect((await api.act(execApi, "runs", { org_id })).runs.map((run) => run.command)).not.toContain(command);
  const both = "true # of a list";
  await exec("--on", "name=hub-1", "--on", "kind=gateway", both);
  await exec("hub-1", command);
  const latest = async () => (await api.act(execApi, "runs", { org_id, limit: 2 })).runs;
  const counts = async () => (await latest()).map((run) => [run.command, run.machines, run.active, run.succeeded]);
  await expect.poll(counts).toEqual([
    [command, 1, 0, 0],
    [both, 2, 0, 2],
  ]);
  const runs = await latest();
  const { commands } = await api.act(execApi, "history", { org_id, run_id: runs[1]?.run_id });
  expect(runs[1]).toMatchObject({ user_email: OWNER.email, created_at: commands.at(-1)?.created_at });
  // What a run shows is what ran: nothing else joins it, not even before the first has begun.
  const machine_ids = [String(commands[0]?.machine_id)];
  const run_id = runs[1]?.run_id;
  await expect(api.act(execApi, "create", { org_id, machine_ids, command: "id", run_id })).rejects.toMatchObject({
    code: "INVALID_INPUT",
  });
  const begun = await api.act(execApi, "create", { org_id, machine_ids, command: "uptime" });
  const next = { org_id, machine_ids, run_id: begun.run_id };
  await api.act(execApi, "create", { ...next, command: "uptime" });
  await expect(api.act(execApi, "create", { ...next, command: "reboot" })).rejects.toMatchObject({
    code: "INVALID_INPUT",
  });
  const stranger = await system.tenant();
  expect(await stranger.api.act(execApi, "runs", { org_id: stranger.orgId })).toEqual({ runs: [] });
});

describe("when something goes away", () => {
  test("GK-085 GK-086 a control plane that is killed in the middle is not noticed", async () => {
    const { says, stdout, exited, child } = start(
      "-n",
      "hub-1",
      "for i in 1 2 3 4 5 6; do echo line $i; sleep 0.5; done; exit 5",
    );
    child.stdin.end();
    await says("line 2");
    await system.server.stop("SIGKILL");
    await system.startServer();
    expect(await exited).toBe(5);
    expect(stdout().toString()).toBe("line 1\nline 2\nline 3\nline 4\nline 5\nline 6\n");
  });

  test("GK-119 a node that vanishes is said to be lost within 15 s", async () => {
    const vanishing = await node("spoke", "spoke-vanishing");
    await listed("spoke-vanishing");
    const { says, stderr, exited, child } = start("-n", "spoke-vanishing", "echo up; sleep 300");
    child.stdin.end();
    await says("up");
    // Neither ends nor answers, as a machine whose power is gone.
    const pids = familyOf(vanishing.program.pid);
    for (const pid of pids) process.kill(pid, "SIGSTOP");
    onTestFinished(() => {
      for (const pid of pids) process.kill(pid, "SIGCONT");
    });
    expect(await exited).toBe(255);
    expect(stderr()).toMatch(/The connection to 'spoke-vanishing' is lost: /);
  });

  test("GK-119 a command whose viewer was killed is ended by its machine", async () => {
    const { says, stdout, child, exited } = start("-n", "--timeout", "0", "hub-1", "echo $$ up; sleep 300");
    await says("up");
    child.kill("SIGKILL");
    await exited;
    const pid = stdout().toString().split(" ")[0] ?? "";
    await expect.poll(() => existsSync(`/proc/${pid}`), { timeout: 50_000 }).toBe(false);
  });
});

/** A process and its children. */
const familyOf = (pid: number): number[] => [
  pid,
  ...readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").filter(Boolean).map(Number),
];

describe("nothing is left behind", () => {
  /** A command that waits for ever, its session and its first process. */
  async function waiting(...options: string[]) {
    const command = start("-n", "--timeout", "0", ...options, "hub-1", "echo $$ up; sleep 300");
    await command.says("up");
    const [session] = await system.sql(
      "SELECT id FROM sessions WHERE status = 'active' ORDER BY created_at DESC LIMIT 1",
    );
    return { ...command, pid: command.stdout().toString().split(" ")[0] ?? "", sessionId: String(session?.id) };
  }
  const gone = (pid: string) => system.until(() => !existsSync(`/proc/${pid}`), "the command to be gone");

  test("another window cannot attach to a command, nor disturb it", async () => {
    const { sessionId, child, exited, pid } = await waiting();
    const attached = await operate(["session", "attach", sessionId, "--take-over"]);
    expect(attached.status).toBe(ERRORS.NOT_A_SHELL.exit);
    const where = { baseUrl: system.url, who: system.owner, machineId: await idOf("hub-1") };
    const other = new TestWindow({ ...where, resume: { sessionId, takeOver: true } });
    await other.is("refused");
    child.kill("SIGINT");
    expect(await exited).toBe(130);
    await gone(pid);
  });

  test("R-19 a key that is revoked takes the commands with it that were run with it", async () => {
    const { stdout: key } = await operate(["api-key", "create", "short", "--role", "admin"]);
    const { pid, exited } = await waiting("--api-key", key.trim());
    await operate(["api-key", "revoke", "short"]);
    expect(await exited).toBe(ERRORS.SESSION_REVOKED.exit);
    await gone(pid);
  });

  test("GK-072 a node that is switched off ends what runs on it", async () => {
    const { pid, exited } = await waiting();
    await operate(["mesh", "hub", "update", "hub-1", "--session=false"]);
    onTestFinished(async () => {
      await operate(["mesh", "hub", "update", "hub-1", "--session=true"]);
    });
    expect(await exited).toBe(ERRORS.SESSION_REVOKED.exit);
    await gone(pid);
  });

  test("a reader that goes away ends the command, and the status says so", async () => {
    const child = spawn(process.execPath, [CLI, "session", "exec", "-n", "--timeout", "0", "hub-1", "echo $$; yes"], {
      env: { ...process.env, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [first] = (await once(child.stdout, "data")) as [Buffer];
    child.stdout.destroy();
    const [status] = await once(child, "close");
    expect(status).toBe(141);
    await gone(first.toString().split("\n")[0] ?? "");
  });

  test("GK-092 a command whose output nobody takes is still ended in time, and said to be", async () => {
    const { child, exited, stderr } = start("-n", "--timeout", "1", "hub-1", "yes");
    child.stdout.pause();
    await new Promise((resolve) => child.stderr.once("data", resolve));
    child.stdout.resume();
    expect(await exited).toBe(124);
    expect(stderr()).toContain("The command on 'hub-1' timed out after 1 second.");
  });

  test("what its host left behind is ended by the next one, and ztna down leaves nothing either", async () => {
    const node1 = await node("spoke", "spoke-down");
    await listed("spoke-down");
    const script = "(trap '' HUP; exec sleep 300) & echo $! up; sleep 300";
    const killed = start("-n", "--timeout", "0", "spoke-down", script);
    await killed.says("up");
    const [, host = 0] = familyOf(node1.program.pid);
    process.kill(host, "SIGKILL");
    expect(await killed.exited).toBe(255);
    await gone(killed.stdout().toString().split(" ")[0] ?? "");

    await listed("spoke-down");
    const left = start("-n", "--timeout", "0", "spoke-down", script);
    await left.says("up");
    await node1.stop();
    // Nobody is there any more who could end it later.
    await gone(left.stdout().toString().split(" ")[0] ?? "");
  });
});

const idOf = async (name: string): Promise<string> => {
  const [row] = await system.sql(`SELECT id FROM machines WHERE name = '${name}'`);
  return String(row?.id);
};

describe("GK-034 session connect", () => {
  test("GK-035 GK-036 GK-037 GK-038 GK-039 GK-040 X-31 the document's session runs from a pipe", async () => {
    const lines = ["echo one", "printf '%s\\n' a b c | head -2", "cd /; x=kept", "pwd; echo $x", "exit", "echo never"];
    const { status, stdout, stderr } = await operate(["session", "connect", "hub-1"], `${lines.join("\n")}\n`);
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toBe(`Connected to hub-1. Type 'exit' to disconnect.

$ echo one
one

$ printf '%s\\n' a b c | head -2
a
b

$ cd /; x=kept

$ pwd; echo $x
/
kept

$ exit
Disconnecting...
`);
  });

  test("GK-069 GK-094 each line is in the audit log as a command, before it runs; the shell itself is no command", async () => {
    const marker = `echo lined-${Date.now()}`;
    await operate(["session", "connect", "hub-1"], `${marker}\n\nfalse\nexit\n`);
    const lines = (await rows("session.command")).map(({ command }) => command);
    expect(lines.slice(-2)).toEqual([marker, "false"]);
    expect((await rows("session.connected")).at(-1)).toMatchObject({ mode: "lines", machine_name: "hub-1" });
    expect((await operate(["exec", "history"])).stdout).not.toContain("eval");
  });

  test("a node on which no session can be had is no connection", async () => {
    await operate(["mesh", "hub", "update", "hub-1", "--session=false"]);
    const refused = await operate(["session", "connect", "hub-1"], "id\n");
    await operate(["mesh", "hub", "update", "hub-1", "--session=true"]);
    expect([refused.status, refused.stdout]).toEqual([ERRORS.FORBIDDEN.exit, ""]);
    expect(refused.stderr).toContain("Sessions are switched off");
  });

  test("GK-128 quit ends it, too; exit gives a status; what fails does not end it", async () => {
    expect((await operate(["session", "connect", "hub-1"], "false\nquit\n")).status).toBe(1);
    const { status, stdout } = await operate(["session", "connect", "hub-1"], "nosuchcommand\n)\necho on\nexit 3\n");
    expect(status).toBe(3);
    expect(stdout).toContain("$ echo on\non\n");
  });

  test("X-31 a command that takes too long is ended, and the next one runs", async () => {
    const { stdout, stderr } = await operate(
      ["session", "connect", "--timeout", "1", "hub-1"],
      "sleep 300\necho next\nexit\n",
    );
    expect(stderr).toContain("The command on 'hub-1' timed out after 1 second.");
    expect(stdout).toContain("$ echo next\nnext\n");
  });
});
