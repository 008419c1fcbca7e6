/** Network diagnostics through the real server and the real command line: GK-046 to GK-064, R-25, R-28, T8. */
import { existsSync } from "node:fs";
import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { auditApi, DIAGNOSTIC_OUTPUT_BYTES, DIAGNOSTIC_RUNS, troubleshootApi } from "@sallyport/protocol";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Program, runProgram, temporaryFolder } from "../harness/programs.ts";
import { OWNER, type Person, System } from "../harness/system.ts";

interface Answer {
  status: number;
  data: Record<string, unknown>;
  error: { code: string; message: string };
}

const CANARY = "only-the-caller-sees-this";

let system: System;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
/** The tools of `system`'s control plane, which write down how they were called. */
let tools: string;
let records: string;

async function tool(name: string, script: string): Promise<void> {
  // Written whole before it is the tool: another test may call it now.
  await writeFile(join(tools, name), `#!/bin/sh\n{ printf '%s|' "$@"; echo; } >> ${records}/${name}\n${script}\n`, {
    mode: 0o755,
  });
}
const recorded = async (name: string): Promise<string[]> =>
  existsSync(join(records, name)) ? (await readFile(join(records, name), "utf8")).trimEnd().split("\n") : [];

const ask = (fields: object, { who = system.owner, accept = "application/json", signal }: AskOptions = {}) =>
  fetch(`${system.url}/api/troubleshoot`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${who.access_token}`, accept },
    body: JSON.stringify({ action: "run", org_id: who.orgId, ...fields }),
    ...(signal && { signal }),
  });
interface AskOptions {
  who?: Person;
  accept?: string;
  signal?: AbortSignal;
}
async function run(fields: object, options?: AskOptions): Promise<Answer> {
  const response = await ask(fields, options);
  return { status: response.status, ...((await response.json()) as Omit<Answer, "status">) };
}

const auditRows = async (event: string, who = system.owner) =>
  (await who.api.act(auditApi, "search", { org_id: who.orgId, event })).logs;

const isAlive = (pid: number) => existsSync(`/proc/${pid}`);
const gone = (pid: number) => system.until(async () => !isAlive(pid), `process ${pid} to be gone`);
/** A tool that waits for ever, in its own process, once it has said which. */
const WAITS = "echo $$; exec sleep 600";

beforeAll(async () => {
  folder = await temporaryFolder();
  await chmod(folder.path, 0o755);
  [tools, records] = [join(folder.path, "bin"), join(folder.path, "records")];
  await mkdir(tools);
  await mkdir(records);
  // The tools run as nobody when the tests run as root.
  await chmod(records, 0o777);
  system = await System.start({ TROUBLESHOOT_TOOLS: tools, HEARTBEAT_TIMEOUT_SECONDS: "600" });
});
afterAll(async () => {
  await system?.stop();
  await folder?.remove();
});
beforeEach(async () => {
  await Promise.all((await readdir(records)).map((name) => writeFile(join(records, name), "")));
  await tool(
    "ping",
    `echo '${CANARY}'; echo '4 packets transmitted, 4 received, 0% packet loss, time 3004ms'; echo 'rtt min/avg/max/mdev = 1.0/2.0/3.0/0.5 ms'`,
  );
  await tool("nslookup", "exit 0");
  await tool("traceroute", "exit 0");
  await tool("nc", "exit 0");
});

describe("the API", () => {
  test("GK-046 GK-053 GK-097 U-GK-10 without a location the tool runs on the control plane, and what it found is data", async () => {
    const { status, data } = await run({ tool: "ping", target: "8.8.8.8" });
    expect(status).toBe(200);
    expect(data).toEqual({
      tool: "ping",
      target: "8.8.8.8",
      location: "control-plane",
      status: "success",
      output: expect.stringContaining(CANARY),
      truncated: false,
      result: {
        transmitted: 4,
        received: 4,
        loss_percent: 0,
        rtt_ms: { min: 1, avg: 2, max: 3, mdev: 0.5 },
      },
      error: null,
      started_at: expect.stringMatching(/^\d{4}-.*Z$/),
      duration_ms: expect.any(Number),
      exit_code: 0,
    });
  });

  test.each([
    ["ping", { count: 3 }, "-c|3|--|8.8.8.8|"],
    ["nslookup", {}, "8.8.8.8|"],
    ["traceroute", {}, "-m|20|--|8.8.8.8|"],
    ["nc", { port: 443 }, "-zv|-w|5|--|8.8.8.8|443|"],
  ])("GK-047 GK-048 GK-049 GK-050 GK-124 U-GK-07 %s is run so and not otherwise", async (name, fields, argv) => {
    expect((await run({ tool: name, target: "8.8.8.8", ...fields })).status).toBe(200);
    expect(await recorded(name)).toEqual([argv]);
  });

  test("GK-046 the output is streamed while the tool runs; the last line is the result", async () => {
    const go = join(records, "go");
    await tool("ping", `echo first; while [ ! -e ${go} ]; do sleep 0.02; done; echo second`);
    const response = await ask({ tool: "ping", target: "8.8.8.8" }, { accept: "application/x-ndjson" });
    expect(response.headers.get("content-type")).toBe("application/x-ndjson");
    let text = "";
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      // It goes on only after its first line has come.
      if (text === "") await writeFile(go, "");
      text += chunk;
    }
    const lines = text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toEqual([
      { type: "output", data: "first\n" },
      { type: "output", data: "second\n" },
      { type: "result", data: expect.objectContaining({ output: "first\nsecond\n", exit_code: 0 }) },
    ]);
  });

  test("a refusal is no stream", async () => {
    const { status, error } = await run({ tool: "ping", target: "a b" }, { accept: "application/x-ndjson" });
    expect([status, error.code]).toEqual([400, "INVALID_INPUT"]);
  });

  test.each(["application/json", "application/x-ndjson"])(
    "a caller that goes away takes the tool with it (%s)",
    async (accept) => {
      await tool("ping", `echo $$ > ${records}/pid; ${WAITS}`);
      await writeFile(join(records, "pid"), "");
      await chmod(join(records, "pid"), 0o666);
      const caller = new AbortController();
      const asked = ask({ tool: "ping", target: "8.8.8.8" }, { accept, signal: caller.signal }).then((each) =>
        each.text(),
      );
      const pid = async () => Number(await readFile(join(records, "pid"), "utf8"));
      await system.until(async () => (await pid()) > 0, "the tool to run");
      const before = (await auditRows("troubleshoot.run")).length;
      caller.abort();
      await expect(asked).rejects.toThrow();
      await gone(await pid());
      await system.until(async () => (await auditRows("troubleshoot.run")).length > before, "the record of its end");
      expect((await auditRows("troubleshoot.run"))[0]?.metadata).toMatchObject({
        status: "failed",
        error: "stopped, because nobody waited for it any more",
      });
    },
  );

  test("GK-082 T8.1 a tool that ignores SIGTERM is dead when its time is over, and the answer says timeout", async () => {
    await tool("ping", "trap '' TERM; echo $$; while :; do sleep 1; done");
    const { data } = await run({ tool: "ping", target: "8.8.8.8", timeout_seconds: 1 });
    expect(data).toMatchObject({ status: "timeout", exit_code: null, error: "timed out after 1 seconds" });
    await gone(Number(data.output));
  });

  test("T8.2 a tool that is missing is TOOL_NOT_AVAILABLE and names the package; the server goes on", async () => {
    const { status, error } = await run({ tool: "nmap", target: "8.8.8.8", ports: "22" });
    expect([status, error.code]).toEqual([409, "TOOL_NOT_AVAILABLE"]);
    expect(error.message).toBe("nmap is not installed there; install the package nmap");
    expect((await run({ tool: "ping", target: "8.8.8.8" })).status).toBe(200);
  });

  test("T8.3 of a gigabyte of output the beginning is kept, and the server does not grow", async () => {
    await tool("traceroute", "exec head -c 1073741824 /dev/zero");
    const rssKib = async () =>
      Number(/VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${system.server.pid}/status`, "utf8"))?.[1]);
    const before = await rssKib();
    const { data } = await run({ tool: "traceroute", target: "8.8.8.8" });
    expect(data).toMatchObject({ status: "failed", truncated: true });
    expect(data.output).toHaveLength(DIAGNOSTIC_OUTPUT_BYTES);
    expect((await rssKib()) - before).toBeLessThan(128 * 1024);
  });

  test.each([
    "-iL/etc/passwd",
    "8.8.8.8;id",
    "$(id)",
    "a\nb",
    "--script=x",
    "0x7f.1",
    "@file",
    "8.8.8.8\0",
    "‐oProxyCommand=id",
    "%0aid",
    "10.0.0.1-254",
    "2130706433",
  ])("R-25 %j is refused by every tool, and none is run", async (text) => {
    for (const fields of [
      { tool: "ping", target: text },
      { tool: "nslookup", target: text },
      { tool: "traceroute", target: text },
      { tool: "nc", target: text, port: 22 },
      { tool: "nmap", target: text, ports: "22" },
      { tool: "nmap", target: "8.8.8.8", ports: text },
      { tool: "nc", target: "8.8.8.8", port: text },
      { tool: text, target: "8.8.8.8" },
    ]) {
      const { status, error } = await run(fields);
      expect([status, error.code]).toEqual([400, "INVALID_INPUT"]);
    }
    for (const name of ["ping", "nslookup", "traceroute", "nc"]) expect((await recorded(name)).join("")).toBe("");
  });

  test.each([
    "127.0.0.1",
    "127.8.8.8",
    "::1",
    "::ffff:127.0.0.1",
    "0.0.0.0",
    "::",
    "169.254.169.254",
    "fd00:ec2::254",
    "10.0.0.1",
    "192.168.1.1",
    "172.16.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "localhost",
  ])("R-28 the control plane does not reach %s", async (target) => {
    for (const fields of [
      { tool: "ping" },
      { tool: "traceroute" },
      { tool: "nc", port: 5432 },
      { tool: "nmap", ports: "1-9" },
    ]) {
      const { status, error } = await run({ target, ...fields });
      expect([status, error.code]).toEqual([403, "TARGET_NOT_ALLOWED"]);
    }
    for (const name of ["ping", "traceroute", "nc"]) expect((await recorded(name)).join("")).toBe("");
  });

  test("R-28 who wanted to reach what he may not is on record", async () => {
    await run({ tool: "ping", target: "10.9.8.7" });
    const isRecorded = async () =>
      (await auditRows("access.denied")).some(
        ({ metadata: { code, subject } }) =>
          code === "TARGET_NOT_ALLOWED" && (subject as { target?: string } | undefined)?.target === "10.9.8.7",
      );
    await system.until(isRecorded, "the refusal to be on record");
  });

  test("R-28 nslookup asks the resolver about any name, which it was not told by the caller", async () => {
    expect((await run({ tool: "nslookup", target: "localhost" })).status).toBe(200);
    expect(await recorded("nslookup")).toEqual(["localhost|"]);
  });

  test("U-GK-06 every run is on record with who, what, where, how and what came of it, and never with its output", async () => {
    await run({ tool: "ping", target: "8.8.4.4", count: 2 });
    const run_ = (await auditRows("troubleshoot.run"))[0];
    const started = (await auditRows("troubleshoot.started"))[0];
    const facts = {
      tool: "ping",
      target: "8.8.4.4",
      location: "control-plane",
      argv: ["ping", "-c", "2", "--", "8.8.4.4"],
    };
    expect(started).toMatchObject({ resource_type: "control-plane", actor_email: OWNER.email, metadata: facts });
    expect(run_).toMatchObject({
      actor_email: OWNER.email,
      ip_address: "127.0.0.1",
      metadata: { ...facts, status: "success", exit_code: 0, error: null, truncated: false },
    });
    const log =
      JSON.stringify(await system.sql("SELECT * FROM audit_logs")) + system.server.stdout + system.server.stderr;
    expect(log).not.toContain(CANARY);
  });

  test("U-GK-06 U-GK-10 members are refused", async () => {
    const { status, error } = await run({ tool: "ping", target: "8.8.8.8" }, { who: await system.person("member") });
    expect([status, error.message]).toEqual([403, "Admin access required"]);
  });

  test("U-GK-06 runs of one person are limited", async () => {
    const who = { ...(await system.person("admin")), orgId: system.owner.orgId };
    // More than fit into one minute: another may begin meanwhile.
    let answer = await run({ tool: "ping", target: "127.0.0.1" }, { who });
    for (let n = 0; n < 2 * DIAGNOSTIC_RUNS.count && answer.status === 403; n++) {
      answer = await run({ tool: "ping", target: "127.0.0.1" }, { who });
    }
    expect([answer.status, answer.error.code]).toEqual([429, "RATE_LIMITED"]);
    expect((await run({ tool: "ping", target: "8.8.8.8" })).status).toBe(200);
  });

  test("GK-118 two run at once, a third is told to wait; a server that stops takes them with it", async () => {
    await tool("ping", WAITS);
    const pids: number[] = [];
    const runs = [1, 2].map(async () => {
      const response = await ask({ tool: "ping", target: "8.8.8.8" }, { accept: "application/x-ndjson" });
      const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
      const { value = "" } = (await reader?.read()) ?? {};
      pids.push(Number((JSON.parse(value.split("\n")[0] ?? "") as { data: string }).data));
      return reader;
    });
    await Promise.all(runs);
    const { status, error } = await run({ tool: "ping", target: "8.8.8.8" });
    expect([status, error.code]).toEqual([429, "TOO_MANY_TOOLS"]);
    expect(pids.every(isAlive)).toBe(true);
    expect(await system.server.stop()).toBe(0);
    for (const pid of pids) await gone(pid);
    await system.startServer();
    system.owner = await system.signIn(OWNER.email, OWNER.password);
  });

  test.each(["router:x", "hub", "", "Hub:x"])("U-GK-10 %j is no location", async (location) => {
    const { status, error } = await run({ tool: "ping", target: "8.8.8.8", location });
    expect(status).toBe(400);
    expect(error.message).toMatch(location === "" ? /location/ : /^Unknown location type/);
  });

  test("GK-125 U-GK-10 a node that is not there says what to look at", async () => {
    const { machine_id } = await system.register("dark");
    await system.sql(`UPDATE machines SET kind = 'hub', status = 'offline' WHERE id = '${machine_id}' RETURNING id`);
    for (const location of [`hub:${machine_id}`, "hub:dark"]) {
      const { status, error } = await run({ tool: "ping", target: "8.8.8.8", location });
      expect([status, error.code]).toEqual([409, "LOCATION_NOT_AVAILABLE"]);
      expect(error.message).toMatch(/agent is running.*session_enabled/);
    }
    const elsewhere = await run({ tool: "ping", target: "8.8.8.8", location: "spoke:dark" });
    expect([elsewhere.status, elsewhere.error.code]).toEqual([404, "NOT_FOUND"]);
  });
});

describe("gatekey-admin troubleshoot", () => {
  let environment: Record<string, string>;
  const operate = (...args: string[]) => runProgram("gatekey-admin", ["troubleshoot", ...args], environment);

  beforeAll(async () => {
    environment = { GATEKEY_SERVER: system.url, GATEKEY_CONFIG: join(folder.path, "sign-in.json") };
    await runProgram("gatekey-admin", ["login", "--email", OWNER.email], environment, `${OWNER.password}\n`);
  });

  test("GK-058 GK-059 GK-060 GK-061 GK-062 GK-063 GK-064 GK-098 list prints the two blocks of the document", async () => {
    const nodes = [
      ["gateway", "gateway-west", "Gateway"],
      ["hub", "hub-1", "Hub"],
      ["spoke", "spoke-datacenter", "Spoke"],
      ["machine", "laptop", "Machine"],
    ] as const;
    const lines: string[] = [];
    for (const [kind, name, label] of nodes) {
      const { machine_id } = await system.register(name);
      await system.sql(`UPDATE machines SET kind = '${kind}' WHERE id = '${machine_id}' RETURNING id`);
      lines.push(`  ${`${kind}:${machine_id}`.padEnd(30)} (${label}: ${name})`);
    }
    const { status, stdout } = await operate("list");
    expect(status).toBe(0);
    expect(stdout).toBe(`Available Tools:
  ping         - Test ICMP connectivity to a host
  nslookup     - Perform DNS lookup for a hostname
  traceroute   - Trace the route to a host
  nc           - Test TCP connectivity to a port
  nmap         - Scan ports on a host

Execution Locations:
  control-plane                  (Control Plane)
${lines.join("\n")}
`);
    const { locations } = await system.owner.api.act(troubleshootApi, "list", { org_id: system.owner.orgId });
    const { stdout: json } = await operate("list", "-o", "json");
    expect((JSON.parse(json) as { locations: unknown }).locations).toEqual(locations);
  });

  test("U-GK-05 GK-047 a run says what it does, shows the tool's output, and how it ended", async () => {
    const { status, stdout } = await operate("ping", "8.8.8.8");
    expect(stdout).toMatch(
      new RegExp(
        `^Executing ping to 8\\.8\\.8\\.8 from control-plane\\.\\.\\.\n\n${CANARY}\n4 packets [^]*\n\nStatus: {3}success\nDuration: \\d+\\.\\ds\n$`,
      ),
    );
    expect(status).toBe(0);
  });

  test("U-GK-04 the aliases, the flags, and a port without its flag", async () => {
    await runProgram("gatekey-admin", ["diag", "ping", "8.8.8.8", "--count", "2"], environment);
    await runProgram("gatekey-admin", ["ts", "tracert", "8.8.8.8"], environment);
    expect(await recorded("ping")).toEqual(["-c|2|--|8.8.8.8|"]);
    expect(await recorded("traceroute")).toEqual(["-m|20|--|8.8.8.8|"]);
    await operate("netcat", "8.8.8.8", "443");
    await operate("nc", "8.8.8.8", "--port", "443");
    expect(await recorded("nc")).toEqual(["-zv|-w|5|--|8.8.8.8|443|", "-zv|-w|5|--|8.8.8.8|443|"]);
    const { status, stdout, stderr } = await operate("nc", "8.8.8.8");
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("--port is required for netcat");
  });

  test("GK-103 the exit status tells success, failure, no time left, and refusal apart", async () => {
    await tool("nc", "echo 'nc: connect to 8.8.8.8 port 1 (tcp) failed: Connection refused' >&2; exit 1");
    const failed = await operate("nc", "8.8.8.8", "1");
    expect([failed.status, failed.stdout]).toEqual([1, expect.stringContaining("Status:   failed\n")]);
    await tool("traceroute", "echo begun; exec sleep 600");
    const late = await operate("traceroute", "8.8.8.8", "--timeout", "1");
    expect(late.status).toBe(124);
    expect(late.stdout).toContain("begun\n\nStatus:   timeout\nError:    timed out after 1 seconds\n");
    const refused = await operate("ping", "127.0.0.1");
    expect([refused.status, refused.stderr]).toEqual([254, expect.stringContaining("TROUBLESHOOT_ALLOW")]);
    expect((await operate("nmap", "8.8.8.8", "--ports", "22")).status).toBe(4);
    expect((await operate("ping", "8.8.8.8;id")).status).toBe(2);
  });

  test("-o json and yaml give the whole result, and nothing else", async () => {
    const { stdout, stderr } = await operate("ping", "8.8.8.8", "-o", "json");
    expect(JSON.parse(stdout)).toMatchObject({ tool: "ping", status: "success", result: { received: 4 } });
    expect(stderr).toBe("");
    expect((await operate("ping", "8.8.8.8", "-o", "yaml")).stdout).toMatch(/^tool: ping\n/);
    expect((await operate("ping", "8.8.8.8", "-o", "jsonl")).stdout.trimEnd().split("\n")).toHaveLength(1);
  });

  test("GK-052 several locations run at once, and are compared at the end", async () => {
    const where = ["--location", "control-plane", "--location", "hub:nosuch"];
    const { status, stdout } = await operate("ping", "8.8.8.8", ...where);
    expect(stdout).toContain("Executing ping to 8.8.8.8 from control-plane, hub:nosuch...\n");
    expect(stdout).toContain(`control-plane | ${CANARY}\n`);
    expect(stdout).toMatch(
      /\nLocation {7}Status {5}Duration {2}Result\ncontrol-plane {2}success {4}\d\.\ds {6}4\/4 received, 0% loss, 2 ms\nhub:nosuch {5}NOT_FOUND {2}- {9}Location hub:nosuch not found\n$/,
    );
    expect(status).toBe(1);
    const { stdout: json } = await operate("ping", "8.8.8.8", ...where, "-o", "json");
    expect(JSON.parse(json)).toMatchObject([{ status: "success" }, { error: { code: "NOT_FOUND" } }]);
  });

  test("output that would steer the terminal does not", async () => {
    await tool("nslookup", "printf '\\033]0;owned\\007\\tok\\n'");
    expect((await operate("nslookup", "example.com")).stdout).toContain("?]0;owned?\tok\n");
  });

  test("Ctrl-C ends the tool", async () => {
    await tool("ping", WAITS);
    const program = new Program("gatekey-admin", ["troubleshoot", "ping", "8.8.8.8"], environment);
    await system.until(async () => /\n\d+\n/.test(program.stdout), "the tool to run");
    const pid = Number(/\n(\d+)\n/.exec(program.stdout)?.[1]);
    expect(isAlive(pid)).toBe(true);
    await program.stop("SIGINT");
    await gone(pid);
  });
});

/** The tools themselves, where they are installed: CI installs them. */
describe("real tools", () => {
  let real: System;
  beforeAll(async () => {
    real = await System.start({ TROUBLESHOOT_ALLOW: "127.0.0.0/8, ::1" });
  });
  afterAll(() => real.stop());

  const has = (name: string) => ["/usr/bin", "/usr/sbin", "/bin"].some((each) => existsSync(join(each, name)));
  const runReal = (fields: {
    tool: "ping" | "nslookup" | "traceroute" | "nc" | "nmap";
    target: string;
    port?: number;
    ports?: string;
    count?: number;
  }) => real.owner.api.act(troubleshootApi, "run", { org_id: real.owner.orgId, ...fields });

  test.runIf(has("ping"))("GK-047 ping", async () => {
    expect(await runReal({ tool: "ping", target: "127.0.0.1", count: 1 })).toMatchObject({
      status: "success",
      result: { transmitted: 1, received: 1, loss_percent: 0 },
    });
  });

  test.runIf(has("nslookup"))("GK-048 nslookup", async () => {
    const { result, exit_code } = await runReal({ tool: "nslookup", target: "nosuch.invalid" });
    // With a resolver or without one: nobody has this name.
    expect([exit_code, result]).toEqual([1, expect.objectContaining({ addresses: [], failure: expect.any(String) })]);
  });

  test.runIf(has("traceroute"))("GK-049 traceroute", async () => {
    expect(await runReal({ tool: "traceroute", target: "127.0.0.1" })).toMatchObject({
      status: "success",
      result: {
        hops: [{ hop: 1, address: "127.0.0.1", rtt_ms: [expect.any(Number), expect.any(Number), expect.any(Number)] }],
      },
    });
  });

  test.runIf(has("nc"))("GK-050 nc finds an open port, and a closed one", async () => {
    const open = await runReal({ tool: "nc", target: "localhost", port: real.port });
    expect(open).toMatchObject({ status: "success", result: { open: true } });
    const closed = await runReal({ tool: "nc", target: "127.0.0.1", port: 1 });
    expect(closed).toMatchObject({ status: "failed", result: { open: false }, exit_code: 1 });
  });

  test.runIf(has("nmap"))("GK-051 nmap", async () => {
    const { status, result } = await runReal({ tool: "nmap", target: "127.0.0.1", ports: `1,${real.port}` });
    expect([status, result]).toMatchObject([
      "success",
      {
        host_up: true,
        ports: [
          { port: 1, protocol: "tcp", state: "closed" },
          { port: real.port, state: "open" },
        ],
      },
    ]);
  });
});
