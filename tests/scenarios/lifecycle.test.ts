/** Starting, stopping, being killed: a clear state each time, never a hang, nothing lost that was promised. */
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { HttpClient } from "@sallyport/client";
import { authApi, ERRORS, LIVE_SUBPROTOCOL } from "@sallyport/protocol";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { anyDatabase } from "../harness/postgres.ts";
import { Program, runProgram, temporaryFolder } from "../harness/programs.ts";
import { OWNER, System } from "../harness/system.ts";
import { FramedPerson, PlainPerson, ticketFor } from "../harness/viewer.ts";
import { TestWindow } from "../harness/window.ts";

const systems: System[] = [];
async function aSystem(environment: Record<string, string> = {}): Promise<System> {
  const system = await System.start({ ...(await anyDatabase()), ...environment });
  systems.push(system);
  return system;
}
/** Whose database is inside the program that is stopped and killed. */
async function embeddedSystem(): Promise<System> {
  const system = await System.start();
  systems.push(system);
  return system;
}
afterEach(async () => {
  for (const system of systems.splice(0)) await system.stop();
});

/** One for the tests that harm nothing: starting programs is what takes the time here. */
let shared: Promise<System> | undefined;
const sharedSystem = () => {
  shared ??= System.start();
  return shared;
};
afterAll(async () => (await shared)?.stop());

describe("the control plane", () => {
  test("P1 F-07b a second process on the same DATA_DIR refuses to start, and says who has it", async () => {
    const system = await sharedSystem();
    const { status, stderr } = await runProgram("sallyport", ["serve"], { DATA_DIR: system.dataDir, PORT: "0" });
    expect(status).toBe(ERRORS.DATA_DIR_IN_USE.exit);
    expect(stderr).toContain(`is in use by process ${system.server.pid}`);
    expect((await fetch(`${system.url}/readyz`)).status).toBe(200);
  });

  test("a port that is taken is said in words", async () => {
    const system = await sharedSystem();
    const other = `${system.dataDir}-other`;
    const { status, stderr } = await runProgram("sallyport", ["serve"], { DATA_DIR: other, PORT: String(system.port) });
    expect(status).toBe(1);
    expect(stderr).toContain("The address is in use by another program");
  });

  test("a configuration that is not usable names every mistake", async () => {
    const { status, stderr } = await runProgram("sallyport", ["serve"], { PORT: "http", LOG_LEVEL: "loud" });
    expect(status).toBe(2);
    expect(stderr).toMatch(/PORT: .*\n.*LOG_LEVEL: /s);
  });

  test("the first start makes an owner and says the password once; the next keeps the data and says nothing", async () => {
    const folder = await temporaryFolder();
    const env = { DATA_DIR: join(folder.path, "data"), PORT: "0" };
    const first = new Program("sallyport", ["serve"], env);
    const [, url = ""] = await first.said(/Sallyport is ready at (\S+)/);
    const [, password = ""] = await first.said(/shown this once: (\S+)/);
    const login = (at: string) =>
      new HttpClient({ baseUrl: at }).call(authApi.login, { body: { email: "admin@localhost", password } });
    expect((await login(url)).orgs).toMatchObject([{ name: "default", role: "owner", plan: "enterprise" }]);
    expect(first.stdout).not.toContain(password);
    await first.stop();
    const second = new Program("sallyport", ["serve"], env);
    const [, again = ""] = await second.said(/Sallyport is ready at (\S+)/);
    expect(second.stderr).not.toMatch(/password/i);
    await expect(login(again)).resolves.toBeDefined();
    await second.stop();
    await folder.remove();
  });

  test("F-07b after kill -9 everything that was acknowledged is there", async () => {
    const system = await embeddedSystem();
    for (let round = 0; round < 3; round++) {
      const made = await system.register(`kept-${round}`);
      await system.server.stop("SIGKILL");
      await system.startServer();
      system.owner = await system.signIn(OWNER.email, OWNER.password);
      expect((await system.machines()).map(({ id }) => id)).toContain(made.machine_id);
    }
    expect(await system.operate("audit", "verify")).toMatchObject({ status: 0 });
  });

  test("a graceful stop sends viewers away, ends no session, and exits with 0", async () => {
    const system = await aSystem();
    const agent = await system.startAgent();
    const person = new FramedPerson(await ticketFor(system, agent.machine.id));
    const { session_id } = await person.attached;
    expect(await system.server.stop("SIGTERM")).toBe(0);
    expect(await person.ended).toMatchObject({ closeCode: ERRORS.SHUTTING_DOWN.close, exit: undefined });
    expect(await system.sql(`SELECT status, attached, cause FROM sessions WHERE id = '${session_id}'`)).toEqual([
      { status: "active", attached: false, cause: null },
    ]);
  });

  test("after kill -9 of the server the shell of a framed viewer goes on, and its viewer comes back to it", async () => {
    const system = await embeddedSystem();
    const agent = await system.startAgent();
    const where = { baseUrl: system.url, who: system.owner, machineId: agent.machine.id };
    const window = new TestWindow(where);
    await window.is("connected");
    window.type("echo pid-$$-\r");
    await window.shows(/pid-\d+-/);
    const [pid] = /pid-\d+-/.exec(window.text) ?? [];
    await system.server.stop("SIGKILL");
    await window.is("reconnecting");
    await system.startServer();
    await window.is("connected");
    window.type("echo again-pid-$$-\r");
    await window.shows(new RegExp(`again-${pid}`));
    expect(await system.sql("SELECT status, attached FROM sessions")).toEqual([{ status: "active", attached: true }]);
    window.type("exit\r");
    await window.is("ended");
  });

  test("after kill -9 of the server the shell of a plain viewer waits a minute for nobody", async () => {
    const system = await aSystem({ SESSION_GRACE_SECONDS: "1" });
    const agent = await system.startAgent();
    const person = new PlainPerson(await ticketFor(system, agent.machine.id));
    person.type("echo pid-$$-\r");
    await person.screen.shows(/pid-\d+-/);
    await system.server.stop("SIGKILL");
    expect((await person.ended).code).toBe(1006);
    await system.startServer();
    const isOver = async () =>
      (await system.sql("SELECT status FROM sessions")).every(({ status }) => status === "ended");
    await system.until(isOver, "the session to end");
    system.owner = await system.signIn(OWNER.email, OWNER.password);
    const again = new PlainPerson(await ticketFor(system, agent.machine.id));
    again.type("echo back-$((1+1))\r");
    await again.screen.shows(/back-2/);
    again.socket.close();
  });

  test("secrets and database are their owner's only", async () => {
    const system = await sharedSystem();
    expect((await stat(system.dataDir)).mode & 0o777).toBe(0o700);
    for (const file of ["session-token-secret", "node-id", "local.sock"]) {
      expect([file, (await stat(join(system.dataDir, file))).mode & 0o077]).toEqual([file, 0]);
    }
  });

  test("sallyport db query works on a database that nobody serves, and says what is wrong with a statement", async () => {
    const system = await embeddedSystem();
    await system.server.stop();
    expect(await system.sql("SELECT 6 * 7 AS answer")).toEqual([{ answer: 42 }]);
    const { status, stderr } = await system.operate("db", "query", "SELEC 1");
    expect(status).toBe(ERRORS.INVALID_INPUT.exit);
    expect(stderr).toContain("syntax error");
  });

  test("X-27 a statement is recorded, without its text", async () => {
    const system = await sharedSystem();
    await system.sql("UPDATE users SET email = email WHERE email = 'nobody-special@example.com' RETURNING id");
    const rows = await system.sql("SELECT metadata::text AS m FROM audit_logs WHERE action = 'database.queried'");
    expect(rows[0]).toMatchObject({ m: expect.stringContaining('"verb": "UPDATE"') });
    expect(JSON.stringify(rows)).not.toContain("nobody-special");
  });
});

describe("the agent", () => {
  test("AK-072 AK-039 ztna up registers under the host's name, and status says so", async () => {
    const system = await sharedSystem();
    const agent = await system.startAgent("Linux-S");
    const { stdout } = await runProgram("ztna", ["status"], { ZTNA_STATE_DIR: agent.stateDir });
    expect(stdout).toContain("Linux-S");
    expect(stdout).toContain(agent.machine.tailnet_ip);
    expect(agent.machine).toMatchObject({ name: "Linux-S", status: "online" });
  });

  test("RS-056 RS-064 RS-065 AK-061 ztna down is offline at once, ztna up is back", async () => {
    const system = await aSystem();
    const agent = await system.startAgent("Linux-C");
    const env = { ZTNA_STATE_DIR: agent.stateDir };
    expect(await runProgram("ztna", ["down"], env)).toMatchObject({ status: 0 });
    expect(await system.machines()).toMatchObject([{ status: "offline" }]);
    await expect(system.createSession(agent.machine.id)).rejects.toMatchObject({ code: "MACHINE_OFFLINE" });
    expect(await runProgram("ztna", ["up"], env)).toMatchObject({ status: 0 });
    await expect(system.createSession(agent.machine.id)).resolves.toMatchObject({ machine_name: "Linux-C" });
    await runProgram("ztna", ["down"], env);
  });

  test("AK-040 AK-089 AK-093 an expired key is refused in the contract's words, and nothing is left behind", async () => {
    const system = await aSystem();
    const { key, id } = await system.authKey();
    await system.sql(`UPDATE auth_keys SET expires_at = now() - interval '1 hour' WHERE id = '${id}' RETURNING id`);
    const env = { ZTNA_STATE_DIR: join(system.dataDir, "a"), ZTNA_CONTROL_URL: system.url };
    const { status, stderr } = await runProgram("ztna", ["up", "--auth-key", key], env);
    expect(stderr).toContain("auth key registration failed: INVALID_KEY: Invalid or expired auth key");
    expect(status).toBe(ERRORS.INVALID_KEY.exit);
    expect(await system.machines()).toEqual([]);
    expect((await runProgram("ztna", ["status", "--json"], env)).stdout).toMatch(/"registered"\s*:\s*false/);
  });

  test("X-47 plain http to another machine is refused without --insecure", async () => {
    const { status, stderr } = await runProgram(
      "ztna",
      ["up", "--auth-key", "tskey-auth-x", "--control-url", "http://192.0.2.1"],
      {
        ZTNA_STATE_DIR: "/tmp/sallyport-never-made",
      },
    );
    expect(status).toBe(2);
    expect(stderr).toContain("--insecure");
  });

  test("a killed link comes back with a new process; its secrets are its owner's only", async () => {
    const system = await sharedSystem();
    const agent = await system.startAgent("Linux-K");
    const registration = join(agent.stateDir, "registration.json");
    expect((await stat(registration)).mode & 0o777).toBe(0o600);
    const { node_key } = JSON.parse(await readFile(registration, "utf8")) as { node_key?: string };
    expect(JSON.stringify(await system.sql("SELECT * FROM machines"))).not.toContain(node_key ?? "no key in the file");
    await agent.program.stop("SIGKILL");
    const env = { ZTNA_STATE_DIR: agent.stateDir };
    expect(await runProgram("ztna", ["up"], env)).toMatchObject({ status: 0 });
    const person = new PlainPerson(await ticketFor(system, agent.machine.id));
    person.type("echo alive-$((2+2))\r");
    await person.screen.shows(/alive-4/);
    person.socket.close();
    await runProgram("ztna", ["down"], env);
  });

  test("F-03 when the session host is killed its sessions end with a reason, and the next one works", async () => {
    const system = await sharedSystem();
    const agent = await system.startAgent("Linux-H");
    const person = new FramedPerson(await ticketFor(system, agent.machine.id));
    person.type("echo parent-$PPID-\r");
    await person.screen.shows(/parent-\d+-/);
    const host = (await system.hostPid(agent)) ?? 0;
    process.kill(host, "SIGKILL");
    expect(await person.ended).toMatchObject({ closeCode: 1011, exit: { code: "AGENT_LOST" } });
    const again = new FramedPerson(await ticketFor(system, agent.machine.id));
    again.type("echo reborn-$((3+3))\r");
    await again.screen.shows(/reborn-6/);
    again.stream.close();
  });

  test("F-10 an agent whose clock is an hour off works, and says that its clock is off", async () => {
    const system = await sharedSystem();
    const agent = await system.startAgent("Linux-W", { NODE_OPTIONS: `--import=${CLOCK_AN_HOUR_BEHIND}` });
    const person = new PlainPerson(await ticketFor(system, agent.machine.id));
    person.type("echo clock-$((4+4))\r");
    await person.screen.shows(/clock-8/);
    person.socket.close();
    const { stdout } = await runProgram("ztna", ["status"], { ZTNA_STATE_DIR: agent.stateDir });
    expect(stdout).toMatch(/clock is 3[56]\d\d s behind/);
  });
});

/** Every `Date` of the process is an hour behind; its monotonic clock is right, as on a machine with a wrong date. */
const CLOCK_AN_HOUR_BEHIND = `data:text/javascript,${encodeURIComponent(`
  const Real = Date;
  globalThis.Date = class extends Real {
    constructor(...args) { args.length ? super(...args) : super(Real.now() - 3600e3); }
    static now() { return Real.now() - 3600e3; }
  };
`)}`;

describe("presence", () => {
  test("the dashboard hears of a new machine, and of one that goes, at once", async () => {
    const system = await aSystem();
    const url = `${system.url.replace("http", "ws")}/api/live?org_id=${system.owner.orgId}`;
    const socket = new WebSocket(url, [LIVE_SUBPROTOCOL], {
      headers: { authorization: `Bearer ${system.owner.access_token}` },
    });
    const heard: { type: string; machine?: { name: string; status: string } }[] = [];
    socket.on("message", (data) => heard.push(JSON.parse(String(data))));
    await new Promise((resolve) => socket.once("open", resolve));
    const agent = await system.startAgent("Linux-C");
    await system.until(() => heard.some(({ machine }) => machine?.status === "online"), "the machine to be announced");
    await runProgram("ztna", ["down"], { ZTNA_STATE_DIR: agent.stateDir });
    await system.until(
      () => heard.findLast(({ machine }) => machine)?.machine?.status === "offline",
      "the machine to be gone",
    );
    socket.close();
  });

  test("RS-057 a machine that is silent for HEARTBEAT_TIMEOUT_SECONDS is marked offline, and last_seen is left alone", async () => {
    const system = await aSystem({ HEARTBEAT_TIMEOUT_SECONDS: "2" });
    const { machine_id } = await system.register("Silent");
    await system.until(
      async () => (await system.machines())[0]?.status === "offline",
      "the machine to be marked offline",
    );
    const [row] = await system.sql(
      `SELECT last_seen < now() - interval '2 seconds' AS old FROM machines WHERE id = '${machine_id}'`,
    );
    expect(row).toEqual({ old: true });
    const audit = await system.sql(
      "SELECT metadata->>'reason' AS reason FROM audit_logs WHERE action = 'machine.marked_offline'",
    );
    expect(audit).toEqual([{ reason: "heartbeat_timeout" }]);
  });
});
