/** Source 04: gateways, hubs and spokes, made with the real command and run from real YAML files. */
import { ERRORS, type NodeView, nodeAdminApi, nodeApi, shellApi } from "@sallyport/protocol";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { NodeAgent } from "../harness/node-agent.ts";
import { anyDatabase } from "../harness/postgres.ts";
import { runProgram, temporaryFolder } from "../harness/programs.ts";
import { OWNER, System } from "../harness/system.ts";
import { TestWindow } from "../harness/window.ts";

const HEADER = "Agent ID    Type      Node Name         Connected";
const RULE = "----------- --------- ----------------- -------------------";
const PATHS = { gateway: ["gateway"], hub: ["mesh", "hub"], spoke: ["mesh", "spoke"] } as const;
type Kind = keyof typeof PATHS;

let system: System;
let environment: Record<string, string>;
let removeFolder: () => Promise<void>;
const agents: NodeAgent[] = [];

beforeAll(async () => {
  system = await System.start(await anyDatabase());
  const folder = await temporaryFolder();
  removeFolder = () => folder.remove();
  environment = { GATEKEY_SERVER: system.url, GATEKEY_CONFIG: `${folder.path}/config.yaml` };
  await operate(["login", "--email", OWNER.email], `${OWNER.password}\n`);
});
afterEach(async () => {
  await Promise.all(agents.splice(0).map((agent) => agent.stop()));
  const { nodes } = await system.owner.api.act(nodeAdminApi, "list", { org_id: system.owner.orgId });
  for (const { id: node_id } of nodes) {
    await system.owner.api.act(nodeAdminApi, "delete", { org_id: system.owner.orgId, node_id });
  }
});
afterAll(async () => {
  await removeFolder?.();
  await system?.stop();
});

const operate = (args: string[], input?: string) => runProgram("gatekey-admin", args, environment, input);

async function create(kind: Kind, name: string, ...args: string[]): Promise<NodeView & { token: string }> {
  const { status, stdout, stderr } = await operate([...PATHS[kind], "create", name, ...args, "-o", "json"]);
  expect([status, stderr]).toEqual([0, ""]);
  return JSON.parse(stdout) as NodeView & { token: string };
}

async function run(
  node: { name: string; token: string },
  more: Record<string, unknown> = {},
  cloned?: NodeAgent,
): Promise<NodeAgent> {
  const file = { name: node.name, control_plane_url: system.url, token: node.token, session_enabled: true, ...more };
  const agent = await NodeAgent.start(file, cloned);
  agents.push(agent);
  return agent;
}

/** Rows of `session list`, without its two first lines. */
async function listed(): Promise<string[]> {
  const { status, stdout } = await operate(["session", "list"]);
  expect(status).toBe(0);
  if (stdout === "No agents currently connected\n") return [];
  const [header, rule, ...rows] = stdout.trimEnd().split("\n");
  expect([header, rule]).toEqual([HEADER, RULE]);
  return rows;
}
const names = async () => (await listed()).map((row) => row.split(/\s+/)[0]);
/** What the command shows, asked of the server itself: a process for each look would be many. */
const connected = async () =>
  (await system.owner.api.act(nodeAdminApi, "list_agents", { org_id: system.owner.orgId })).agents;
async function untilListed(...wanted: string[]): Promise<void> {
  const isSo = async () => String((await connected()).map(({ agent_id }) => agent_id)) === String(wanted);
  await system.until(isSo, `${wanted} to be connected`);
  expect(await names()).toEqual(wanted);
}

const events = async (action: string, machineId: string) =>
  await system.sql(`SELECT metadata FROM audit_logs WHERE action = '${action}' AND resource_id = '${machineId}'`);

describe("making nodes", () => {
  test.each([
    ["gateway", "gw_"],
    ["hub", "hub_"],
    ["spoke", "spoke_"],
  ] as const)("GK-018 GK-022 GK-100 a %s has a token that is shown once and begins with %s", async (kind, prefix) => {
    const node = await create(kind, `${kind}-1`);
    expect(node).toMatchObject({ name: `${kind}-1`, type: kind, agent_id: `${kind}-1`, session_enabled: true });
    expect(node.token).toMatch(new RegExp(`^${prefix}[\\w-]{43}$`));
    expect(JSON.stringify(await system.sql("SELECT * FROM machines"))).not.toContain(node.token);
    expect(JSON.stringify(await system.sql("SELECT * FROM audit_logs"))).not.toContain(node.token);
    const { stdout } = await operate([...PATHS[kind], "show", node.id, "-o", "json"]);
    expect(JSON.parse(stdout)).toEqual(Object.fromEntries(Object.entries(node).filter(([key]) => key !== "token")));
  });

  test("GK-012 GK-013 GK-017 without -o json the answer is the file that the agent wants", async () => {
    const { stdout, stderr } = await operate([
      "mesh",
      "spoke",
      "create",
      "dc",
      "--hub-endpoint",
      "hub.example.com:1194",
    ]);
    expect(stdout).toMatch(
      new RegExp(`^# /etc/gatekey/spoke.yaml
name: dc
control_plane_url: ${system.url}
hub_endpoint: hub.example.com:1194
token: spoke_[\\w-]{43}

session_enabled: true
$`),
    );
    expect(stderr).toContain("ztna service install --config /etc/gatekey/spoke.yaml");
  });

  test("X-29 H16 what a node is called means one node of its kind", async () => {
    await create("hub", "west");
    for (const args of [["WEST"], ["other", "--agent-id", "west"]]) {
      const again = await operate(["mesh", "hub", "create", ...args]);
      expect([again.status, again.stdout]).toEqual([ERRORS.ALREADY_EXISTS.exit, ""]);
      expect(again.stderr).toMatch(/^ALREADY_EXISTS: /);
    }
    const gateway = await create("gateway", "west");
    const { status, stderr } = await operate(["session", "open", "west"], "");
    expect(status).toBe(2);
    expect(stderr).toContain(`${gateway.id} (gateway)`);
    const third = await create("hub", "third");
    const renamed = await operate(["mesh", "hub", "update", third.id, "--name", "West"]);
    expect(renamed.status).toBe(ERRORS.ALREADY_EXISTS.exit);
  });

  test("GK-041 GK-044 GK-045 GK-131 what is given is changed, by id, agent id or name, and the rest stays", async () => {
    const { id } = await create("gateway", "gateway-west", "--agent-id", "gw-west", "--tag", "prod");
    for (const [wanted, args, changed] of [
      [id, ["--session=false"], { session_enabled: false, tags: ["prod"] }],
      ["gw-west", ["--tag", "a", "b"], { session_enabled: false, tags: ["a", "b"] }],
      ["gateway-west", ["--session=true"], { session_enabled: true, agent_id: "gw-west" }],
      ["gateway-west", ["--session=false"], { session_enabled: false }],
      [id.slice(0, 8), ["--session", "--name", "west"], { session_enabled: true, name: "west" }],
    ] as const) {
      const { stdout } = await operate(["gateway", "update", wanted, ...args, "-o", "json"]);
      expect(JSON.parse(stdout)).toMatchObject({ id, ...changed });
    }
    expect(await operate(["gateway", "update", id, "--session=maybe"])).toMatchObject({
      status: ERRORS.INVALID_INPUT.exit,
    });
    expect(await operate(["gateway", "update", id])).toMatchObject({ status: ERRORS.INVALID_INPUT.exit });
    expect(await operate(["mesh", "hub", "update", id, "--session=true"])).toMatchObject({ status: 4 });
  });

  test("GK-093 only administrators see and make nodes", async () => {
    const member = await system.person("member");
    for (const action of ["list", "list_agents"] as const) {
      const asked = member.api.act(nodeAdminApi, action, { org_id: system.owner.orgId });
      await expect(asked).rejects.toMatchObject({ code: "FORBIDDEN" });
    }
  });
});

describe("GK-100 a token that is", () => {
  const attempt = async (node: { name: string; token: string }) => {
    const agent = await run(node);
    return { status: await agent.program.exited, stderr: agent.program.stderr };
  };
  const refused = {
    status: ERRORS.INVALID_KEY.exit,
    stderr: expect.stringContaining("INVALID_KEY: Invalid or expired node token"),
  };

  test("unknown, or another kind's, is refused with a clear word, and the agent ends", async () => {
    const node = await create("hub", "hub-1");
    expect(await attempt({ name: "x", token: `gw_${"x".repeat(43)}` })).toEqual(refused);
    expect(await attempt({ ...node, token: node.token.replace("hub_", "spoke_") })).toEqual(refused);
    expect(await attempt({ ...node, token: "tskey-auth-1" })).toMatchObject({ status: 2 });
  });

  test("rotated registers nothing any more, while its agent stays; the new one takes over", async () => {
    const node = await create("hub", "hub-1");
    await run(node);
    await untilListed("hub-1");
    const { stdout } = await operate(["mesh", "hub", "rotate-token", "hub-1", "-o", "json"]);
    const { token } = JSON.parse(stdout) as { token: string };
    expect(await attempt(node)).toEqual(refused);
    expect(await names()).toEqual(["hub-1"]);
    const next = await run({ ...node, token });
    await next.connected();
    expect(await events("agent.replaced", node.id)).toHaveLength(1);
  });
});

describe("agents from YAML", () => {
  test("GK-001 GK-024 GK-027 GK-079 GK-088 GK-107 are listed by agent id as documented; those with false or nothing are not", async () => {
    await run(await create("hub", "hub-1"));
    await run(await create("spoke", "spoke-datacenter"), {
      agent_id: "spoke-dc",
      hub_endpoint: "hub.example.com:1194",
    });
    await run(await create("gateway", "gateway-west", "--agent-id", "gw-west"));
    const off = [
      await run(await create("hub", "hub-off"), { session_enabled: false }),
      await run(await create("hub", "hub-silent"), { session_enabled: undefined }),
    ];
    const machine = await system.startAgent("ztna-up");
    for (const agent of agents) await agent.program.said(/WebSocket connected/);
    await untilListed("gw-west", "hub-1", "spoke-dc", "ztna-up");
    const time = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$`;
    const [gateway, hub, spoke] = await listed();
    expect(gateway).toMatch(new RegExp(`^gw-west     gateway   gateway-west      ${time}`));
    expect(hub).toMatch(new RegExp(`^hub-1       hub       hub-1             ${time}`));
    expect(spoke).toMatch(new RegExp(`^spoke-dc    spoke     spoke-datacenter  ${time}`));
    for (const agent of off) expect(await agent.isConnected()).toBe(true);
    await machine.stop();
    await untilListed("gw-west", "hub-1", "spoke-dc");
  });

  test("GK-032 GK-033 GK-062 shells open by agent id, by name and by id", async () => {
    const node = await create("spoke", "spoke-datacenter", "--agent-id", "spoke-dc");
    await run(node);
    await untilListed("spoke-dc");
    for (const wanted of ["spoke-dc", "spoke-datacenter", node.id]) {
      const { status, stdout } = await operate(["session", "open", wanted], "echo here-$((40+2)); exit 3\n");
      expect(stdout).toContain("here-42");
      expect(status).toBe(3);
    }
  });

  test("GK-021 GK-111 GK-113 X-30 the file's switch counts after a restart, and ends what is open", async () => {
    const node = await create("hub", "hub-1");
    const agent = await run(node);
    await untilListed("hub-1");
    const window = new TestWindow({ baseUrl: system.url, who: system.owner, machineId: node.id });
    await window.is("connected");
    const file = { name: "hub-1", control_plane_url: system.url, token: node.token };
    await agent.restart(file);
    await window.is("ended");
    await untilListed();
    const { stderr, status } = await operate(["session", "open", "hub-1"], "");
    expect(status).toBe(ERRORS.FORBIDDEN.exit);
    expect(stderr).toContain("session_enabled must be true");
    await agent.restart({ ...file, session_enabled: true });
    await untilListed("hub-1");
  });

  test("GK-042 GK-043 GK-072 GK-096 X-30 --session=false ends what is open at once; =true lets it back in by itself", async () => {
    const node = await create("hub", "hub-1");
    const agent = await run(node);
    await untilListed("hub-1");
    const window = new TestWindow({ baseUrl: system.url, who: system.owner, machineId: node.id });
    await window.is("connected");
    expect((await operate(["mesh", "hub", "update", node.id, "--session=false"])).status).toBe(0);
    await window.is("ended");
    expect(await names()).toEqual([]);
    const { status } = await operate(["session", "open", "hub-1"], "");
    expect(status).toBe(ERRORS.FORBIDDEN.exit);
    expect((await operate(["mesh", "hub", "update", node.id, "--session=true"])).status).toBe(0);
    expect(await names()).toEqual(["hub-1"]);
    expect(agent.program.child.exitCode).toBeNull();
  });

  test("GK-009 GK-086 GK-089 a control plane that was killed finds its agents again, without their being restarted", async () => {
    const agent = await run(await create("hub", "hub-1"));
    await untilListed("hub-1");
    const [before] = await connected();
    await system.server.stop("SIGKILL");
    await system.startServer();
    const isLater = async () => ((await connected())[0]?.connected ?? "") > (before?.connected ?? "");
    await system.until(isLater, "a later connection");
    expect(await names()).toEqual(["hub-1"]);
    expect(agent.program.child.exitCode).toBeNull();
  });

  test("GK-086 an agent that starts before its control plane waits for it", async () => {
    const node = await create("hub", "hub-1");
    await system.server.stop();
    const agent = await run(node);
    await agent.program.said(/not registered yet/);
    await system.startServer();
    await untilListed("hub-1");
  });

  test("GK-085 an agent that was killed is gone from the list, also when the control plane died with it", async () => {
    const agent = await run(await create("gateway", "gw-1"));
    await untilListed("gw-1");
    await agent.program.stop("SIGKILL");
    await untilListed();
    await agent.restart();
    await untilListed("gw-1");
    await system.server.stop("SIGKILL");
    await agent.program.stop("SIGKILL");
    await system.startServer();
    expect(await listed()).toEqual([]);
  });

  test("GK-020 GK-085 a shell outlives the restart of its agent", async () => {
    const node = await create("hub", "hub-1");
    const agent = await run(node);
    await untilListed("hub-1");
    const window = new TestWindow({ baseUrl: system.url, who: system.owner, machineId: node.id });
    await window.is("connected");
    window.type("MARK=kept; echo ready-$((1+1))\n");
    await window.shows(/ready-2/);
    await agent.restart();
    window.type("echo mark-$MARK\n");
    await window.shows(/mark-kept/);
    window.session.close();
  });
});

describe("R-23 GK-126 one node, one agent", () => {
  test("an agent that lost its state gets new keys, and what it had before ends", async () => {
    const node = await create("hub", "hub-1");
    const agent = await run(node);
    await untilListed("hub-1");
    const [kept] = await system.sql(`SELECT node_key_hash FROM machines WHERE id = '${node.id}'`);
    await agent.loseState();
    await agent.restart();
    await agent.connected();
    const [now] = await system.sql(`SELECT node_key_hash FROM machines WHERE id = '${node.id}'`);
    expect(now?.node_key_hash).not.toBe(kept?.node_key_hash);
    expect((await system.machines()).filter(({ name }) => name === "hub-1")).toHaveLength(1);
  });

  test("a second agent with the same token takes over; the first is closed with 4409 and stays out", async () => {
    const node = await create("hub", "hub-1");
    const first = await run(node);
    await untilListed("hub-1");
    const second = await run(node);
    await first.program.said(/CLOSED_4409/);
    await second.connected();
    await system.until(async () => (await events("agent.replaced", node.id)).length === 1);
    expect(await events("agent.clone_suspected", node.id)).toEqual([]);

    // A person brings the first one back: two that take the node from each other are told of.
    await first.restart();
    await second.program.said(/CLOSED_4409/);
    await system.until(async () => (await events("agent.clone_suspected", node.id)).length === 1);
  });

  test("a copied state directory: the second link closes the first with 4409, and a pair that flaps is suspected", async () => {
    const node = await create("gateway", "gw-1");
    const first = await run(node);
    await untilListed("gw-1");
    const clone = await run(node, {}, first);
    await first.program.said(/CLOSED_4409/);
    await clone.connected();
    await system.until(async () => (await events("agent.replaced", node.id)).length === 1);
    expect(await events("machine.registered", node.id)).toHaveLength(1);

    // The first one comes back as it was, its session host included.
    await first.program.stop("SIGKILL");
    await first.restart();
    await clone.program.said(/CLOSED_4409/);
    await system.until(async () => (await events("agent.clone_suspected", node.id)).length === 1);
  });

  test("H16 an agent cannot take what another machine is called, nor another name once it has one", async () => {
    await create("gateway", "gateway-west", "--agent-id", "gw-west");
    const spoke = await create("spoke", "spoke-1");
    for (const agent_id of ["gateway-west", "GW-WEST"]) {
      const impostor = await run(spoke, { agent_id });
      expect(await impostor.program.exited).toBe(ERRORS.ALREADY_EXISTS.exit);
    }
    const claim = (agent_id: string) =>
      system.anonymous().call(nodeApi.register, { body: { token: spoke.token, agent_id, tags: ["lab"] } });
    expect(await claim("dc")).toMatchObject({ agent_id: "dc", type: "spoke" });
    expect(await claim("other")).toMatchObject({ agent_id: "dc" });
  });
});

test("a deleted node's agent is turned away, its sessions end, and its token is nobody's", async () => {
  const node = await create("spoke", "spoke-1");
  const agent = await run(node);
  await untilListed("spoke-1");
  const window = new TestWindow({ baseUrl: system.url, who: system.owner, machineId: node.id });
  await window.is("connected");
  expect(await operate(["mesh", "spoke", "delete", "spoke-1"])).toMatchObject({ status: 2 });
  const { status, stderr } = await operate(["mesh", "spoke", "delete", "-y", "spoke-1"]);
  expect([status, stderr]).toEqual([0, "Deleted spoke spoke-1.\n"]);
  await window.is("ended");
  await untilListed();
  await agent.restart();
  expect(await agent.program.exited).toBe(ERRORS.INVALID_KEY.exit);
  const { sessions } = await system.owner.api.act(shellApi, "list_sessions", { org_id: system.owner.orgId });
  expect(sessions).toEqual([]);
});
