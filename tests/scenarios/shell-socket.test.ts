/** The shell's WebSocket: who gets in, what comes through, how it ends. Real agent, real PTY, real sockets. */
import { createHash } from "node:crypto";
import { buildWsUrl } from "@sallyport/client";
import {
  authApi,
  ERRORS,
  JWT_SUBPROTOCOL_PREFIX,
  machineAdminApi,
  OUTPUT_RING_BYTES,
  OUTPUT_WINDOW_MAX_BYTES,
  organisationApi,
  type Plan,
  PRE_AUTH_SOCKETS_PER_ADDRESS,
  SHELL_SUBPROTOCOL,
  SHELL_TOKEN_SUBPROTOCOL_PREFIX,
  shellApi,
} from "@sallyport/protocol";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Person, type RunningAgent, System } from "../harness/system.ts";
import { FramedPerson, handshake, PlainPerson, type Ticket, ticketFor } from "../harness/viewer.ts";

let system: System;
let agent: RunningAgent;
let machineId: string;

beforeAll(async () => {
  system = await System.start();
  agent = await system.startAgent("Linux-C");
  machineId = agent.machine.id;
});
// A framed viewer that leaves only lets go; the next test finds as much room as this one.
afterEach(() => system.endSessions());
afterAll(() => system.stop());

const ticket = (who?: Person) => ticketFor(system, machineId, who);
const open = async (change: Partial<Ticket> = {}) => handshake(buildWsUrl({ ...(await ticket()), ...change }));
const ended = (sessionId: string) =>
  system.until(
    async () => (await system.sql(`SELECT status FROM sessions WHERE id = '${sessionId}'`))[0]?.status === "ended",
    "the session to end",
  );

/** A shell that is ready, with a prompt that does not depend on the machine. */
async function readyShell<Viewer extends FramedPerson | PlainPerson>(viewer: Viewer): Promise<Viewer> {
  viewer.type("PS1='ready$ '; stty -echo; echo up-$((1+1))\r");
  await viewer.screen.shows(/up-2/);
  return viewer;
}

describe("getting in", () => {
  test("RS-018 RS-019 RS-021 a plain client with the documented address gets a shell", async () => {
    const person = new PlainPerson(await ticket());
    await person.opened;
    person.type("echo $((6*7))\r");
    await person.screen.shows(/42\r\n/);
    person.socket.close();
    await person.ended;
  });

  test("H3 a framed client keeps its secrets out of the address", async () => {
    const { baseUrl, orgId, accessToken, shellToken } = await ticket();
    const url = `${baseUrl.replace("http", "ws")}/api/remote-shell/ws?org_id=${orgId}&machine_id=${machineId}`;
    const protocols = [
      SHELL_SUBPROTOCOL,
      `${JWT_SUBPROTOCOL_PREFIX}${accessToken}`,
      `${SHELL_TOKEN_SUBPROTOCOL_PREFIX}${shellToken}`,
    ];
    const shaken = await handshake(url, { protocols });
    expect(shaken.open).toBe(true);
    if (!shaken.open) return;
    expect(shaken.socket.protocol).toBe(SHELL_SUBPROTOCOL);
    shaken.socket.close();
  });

  test.each([
    ["RS-020 X-10 no shell token", { shellToken: "" }, 401, "INVALID_SHELL_TOKEN"],
    [
      "X-10 an unknown shell token",
      { shellToken: "550e8400-e29b-41d4-a716-446655440000-f47ac10b-58cc-4372-a567-0e02b2c3d479" },
      401,
      "INVALID_SHELL_TOKEN",
    ],
    ["X-10 no access token", { accessToken: "" }, 401, "UNAUTHORIZED"],
    ["X-10 a bad access token", { accessToken: "invalid.token.here" }, 401, "UNAUTHORIZED"],
    ["X-10 no org_id", { orgId: "" }, 400, "MISSING_FIELDS"],
    ["X-10 no machine_id", { machineId: "" }, 400, "MISSING_FIELDS"],
    ["X-10 an unknown organisation", { orgId: "00000000-0000-4000-8000-000000000000" }, 403, "FEATURE_NOT_AVAILABLE"],
    ["X-10 an unknown machine", { machineId: "00000000-0000-4000-8000-000000000000" }, 404, "NOT_FOUND"],
  ])("%s is refused before the handshake", async (_, change, status, code) => {
    const shaken = await open(change);
    expect(shaken).toMatchObject({ open: false, status, body: { success: false, data: null, error: { code } } });
  });

  test("X-10 RS-106 refusals come in order: the token, the organisation, the role, the machine, and the shell token last", async () => {
    const member = await system.person("member");
    expect(await open({ accessToken: "x", orgId: "", machineId: "" })).toMatchObject({ status: 401 });
    expect(await open({ orgId: "", machineId: "" })).toMatchObject({ body: { error: { message: "org_id required" } } });
    expect(await open({ accessToken: member.access_token, shellToken: "x", machineId: "x" })).toMatchObject({
      status: 403,
      body: { error: { code: "FORBIDDEN" } },
    });
    expect(await open({ machineId: "x", shellToken: "x" })).toMatchObject({ status: 404 });
  });

  test("X-10 an offline machine is refused, and the token is not spent on it", async () => {
    const offline = await system.register("Linux-Off");
    const ticketForIt = await ticketFor(system, offline.machine_id);
    await system.sql(`UPDATE machines SET status = 'offline' WHERE id = '${offline.machine_id}' RETURNING id`);
    const url = buildWsUrl(ticketForIt);
    expect(await handshake(url)).toMatchObject({ status: 400, body: { error: { code: "MACHINE_OFFLINE" } } });
    await system.sql(
      `UPDATE machines SET status = 'online', last_seen = now() WHERE id = '${offline.machine_id}' RETURNING id`,
    );
    const again = await handshake(url);
    expect(again.open).toBe(true);
    if (again.open) again.socket.close();
  });

  test("RS-022 X-10 a token opens one socket", async () => {
    const url = buildWsUrl(await ticket());
    const first = await handshake(url);
    expect(first.open).toBe(true);
    expect(await handshake(url)).toMatchObject({ status: 401, body: { error: { code: "INVALID_SHELL_TOKEN" } } });
    if (first.open) first.socket.close();
  });

  test("T2.2 of many handshakes at once with one token, exactly one opens", async () => {
    const url = buildWsUrl(await ticket());
    // Some room is left to the agent, which may still dial for the test before.
    const many = PRE_AUTH_SOCKETS_PER_ADDRESS - 8;
    const shaken = await Promise.all(Array.from({ length: many }, () => handshake(url)));
    expect(shaken.filter((each) => each.open)).toHaveLength(1);
    for (const each of shaken) {
      if (each.open) each.socket.close();
      else expect(each).toMatchObject({ status: 401, body: { error: { code: "INVALID_SHELL_TOKEN" } } });
    }
  });

  test("RS-105 T2.3 a token is for its person, machine and organisation only; shown by another it is spent", async () => {
    const admin = await system.person("admin");
    const stolen = await ticket();
    expect(await handshake(buildWsUrl({ ...stolen, accessToken: admin.access_token }))).toMatchObject({ status: 401 });
    expect(await handshake(buildWsUrl(stolen))).toMatchObject({ status: 401 });
    const other = await system.register("Linux-Other");
    expect(await open({ machineId: other.machine_id })).toMatchObject({ status: 401 });
  });

  test("RS-023 T2.3 a token lives 300 seconds", async () => {
    const age = (seconds: number) =>
      system.sql(
        `UPDATE shell_tokens SET expires_at = created_at + interval '300 seconds' - interval '${seconds} seconds' WHERE used_at IS NULL RETURNING token_hash`,
      );
    const expired = await ticket();
    await age(300);
    expect(await handshake(buildWsUrl(expired))).toMatchObject({ status: 401 });
    const fresh = await ticket();
    await age(280);
    const shaken = await handshake(buildWsUrl(fresh));
    expect(shaken.open).toBe(true);
    if (shaken.open) shaken.socket.close();
  });

  test("R-14 another organisation's administrator gets nowhere", async () => {
    const tenant = await system.tenant();
    const mine = await ticket();
    const theirs = { accessToken: tenant.access_token };
    expect(await handshake(buildWsUrl({ ...mine, ...theirs }))).toMatchObject({ status: 403 });
    expect(await handshake(buildWsUrl({ ...mine, ...theirs, orgId: tenant.orgId }))).toMatchObject({ status: 404 });
  });

  const paths = ["/api/remote-shell/ws", "/api/live", "/api/agent/link", "/api/agent/stream"];
  const origins = (own: string) => {
    const { hostname, port } = new URL(own);
    return [
      "http://evil.example",
      "null",
      `https://${hostname}:${port}`,
      `http://${hostname}:1`,
      `http://${hostname}.:${port}`,
      `http://${hostname}.evil.example:${port}`,
      `http://evil.${hostname}:${port}`,
      `HTTP://${hostname.toUpperCase()}:${port}/`,
    ];
  };
  test.each(paths)("R-01 T2.1 %s takes no socket from a foreign page", async (path) => {
    const { accessToken, orgId, shellToken } = await ticket();
    const query = `token=${accessToken}&org_id=${orgId}&machine_id=${machineId}&shell_token=${shellToken}`;
    for (const origin of origins(system.url)) {
      const shaken = await handshake(`${system.url.replace("http", "ws")}${path}?${query}`, { headers: { origin } });
      expect([origin, shaken]).toEqual([origin, expect.objectContaining({ open: false, status: 403 })]);
    }
  });

  test("R-01 our own page gets in", async () => {
    const shaken = await handshake(buildWsUrl(await ticket()), { headers: { origin: system.url } });
    expect(shaken.open).toBe(true);
    if (shaken.open) shaken.socket.close();
  });

  test("a socket on any other path is refused", async () => {
    expect(await handshake(`${system.url.replace("http", "ws")}/api/nothing`)).toMatchObject({ status: 404 });
  });
});

describe("what comes through", () => {
  test("typed text, sizes and the exit status, framed", async () => {
    const person = await readyShell(new FramedPerson(await ticket(), { cols: 100, rows: 30 }));
    person.type("stty size\r");
    await person.screen.shows(/30 100/);
    person.stream.resize({ cols: 132, rows: 43 });
    person.type("sleep 0.3; stty size\r");
    await person.screen.shows(/43 132/);
    person.type("exit 7\r");
    expect(await person.ended).toMatchObject({ closeCode: 1000, exit: { exit_code: 7 } });
  });

  test("cols and rows of the address, plain", async () => {
    const person = await readyShell(new PlainPerson(await ticket(), "&cols=91&rows=17"));
    person.type("stty size; exit\r");
    await person.screen.shows(/17 91/);
    expect(await person.ended).toEqual({ code: 1000, reason: "Shell session ended" });
  });

  test("the shell is the user's own, with true colour, UTF-8, and none of our secrets", async () => {
    const person = await readyShell(new FramedPerson(await ticket()));
    person.type("echo T=$TERM C=$COLORTERM H=$HOME S=$SHELL; env; echo grün-✓-end\r");
    await person.screen.shows(/-end/);
    const { text } = person.screen;
    expect(text).toContain("T=xterm-256color C=truecolor");
    expect(Buffer.from(text, "latin1").toString("utf8")).toContain("grün-✓-end");
    expect(text).not.toMatch(/ZTNA_|node_key|tskey-auth|SESSION_TOKEN/);
    person.stream.close();
  });

  const MIB = 1024 * 1024;
  const SIZE = 100 * MIB;
  /** What `cat` of the file must give, made without holding it: the same pattern on both sides. */
  function expectedHash(): string {
    const hash = createHash("sha256");
    const line = Buffer.from(`${"0123456789abcdef".repeat(63)}0123456789abcde\n`);
    const block = Buffer.concat(Array.from({ length: MIB / line.length }, () => line));
    for (let n = 0; n < SIZE / MIB; n++) hash.update(block);
    return hash.digest("hex");
  }
  const MAKE_FILE =
    'python3 -c \'import sys; l=("0123456789abcdef"*63+"0123456789abcde\\n").encode(); [sys.stdout.buffer.write(l*1024) for _ in range(100)]\' > $F';

  test.each(["framed", "plain"] as const)("cat of 100 MiB arrives byte for byte, %s", async (form) => {
    const person = form === "framed" ? new FramedPerson(await ticket()) : new PlainPerson(await ticket());
    await readyShell(person);
    person.type(`F=$(mktemp); ${MAKE_FILE}; stty -opost; echo made\r`);
    await person.screen.shows(/made/);
    // The marker is split so that the echo of the command line, were it on, could not be taken for it.
    person.type("printf 'BEG''IN'; cat $F; printf 'FIN''IS'; rm $F\r");
    await person.screen.when(
      () => person.screen.text.endsWith("BEGIN") || person.screen.text.includes("BEGIN0123"),
      "the start",
    );
    expect(await hashAfter(person, "BEGIN", "FINIS", SIZE)).toBe(expectedHash());
    person.type("exit\r");
    await person.ended;
  });

  test("a paste of 1 MiB arrives whole, and the terminal works after it", async () => {
    const person = await readyShell(new FramedPerson(await ticket()));
    person.type(
      "stty raw -echo; echo go-$((3+4)); head -c 1048576 | sha256sum; stty sane -echo; echo after-$((2+2))\r",
    );
    const paste = Buffer.alloc(MIB, "paste me 0123456789\n");
    // The reader says when it is there: what is typed before would be the shell's.
    await person.screen.shows(/go-7/);
    person.type(paste);
    await person.screen.shows(/after-4/);
    expect(person.screen.text).toContain(createHash("sha256").update(paste).digest("hex"));
    person.stream.close();
  });

  test("a huge paste into a program that echoes all of it neither stops nor loses anything", async () => {
    const person = await readyShell(new FramedPerson(await ticket()));
    person.type("stty -icanon -echo min 1; echo go-$((4+4)); cat\r");
    await person.screen.shows(/go-8/);
    const before = person.screen.bytes;
    const paste = Buffer.alloc(2 * MIB, "echo me 0123456789abcdef\n");
    person.type(paste);
    // Each newline comes back as two bytes.
    const expected = paste.length + paste.filter((byte) => byte === 10).length;
    await person.screen.when(() => person.screen.bytes - before >= expected, `${expected} bytes back`);
    person.type("\u0003");
    // The terminal forgets what was typed before it saw Ctrl-C, so the prompt has to be there first.
    await person.screen.shows(/ready\$ $/);
    person.type("stty sane; echo after-$((6+6))\r");
    await person.screen.shows(/after-12/);
    person.stream.close();
  });

  test("a slow query does not hold up a keystroke: the embedded database is off the loop that relays", async () => {
    const person = await readyShell(new FramedPerson(await ticket()));
    let isQuerying = true;
    const query = system.sql("SELECT count(*)::int AS n FROM generate_series(1, 40000000)").finally(() => {
      isQuerying = false;
    });
    // The database is busy once it keeps somebody waiting who only asks for a moment of it.
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    let answeredWhileQuerying = 0;
    for (let n = 0; n < 10; n++) {
      person.type(`echo key-$((${n}+100))\r`);
      await person.screen.shows(new RegExp(`key-${n + 100}`));
      if (isQuerying) answeredWhileQuerying += 1;
    }
    expect(answeredWhileQuerying).toBe(10);
    expect(await query).toEqual([{ n: 40_000_000 }]);
    person.stream.close();
  });

  test("Ctrl-C under `yes` stops it", async () => {
    const person = await readyShell(new FramedPerson(await ticket()));
    person.type("yes\r");
    await person.screen.when(() => person.screen.bytes > 5 * MIB, "a flood");
    person.type("\u0003");
    person.type("echo stopped-$((3+3))\r");
    await person.screen.shows(/stopped-6/);
    person.stream.close();
  });

  test("a viewer that stops drawing stops the program; neither server nor agent grows", async () => {
    const person = await readyShell(new FramedPerson(await ticket()));
    const memory = () => residentKiB([system.server.pid, agent.program.pid]);
    // Warm: buffers that a first flood makes are not growth.
    person.type("head -c 20000000 /dev/zero | tr '\\0' x; echo warm-$((4+4))\r");
    await person.screen.shows(/warm-8/);
    person.stopDrawing();
    person.type("yes\r");
    await person.screen.shows(/y\r\ny\r\ny\r\n/);
    const before = await memory();
    const seen = person.screen.bytes;
    await new Promise((resolve) => setTimeout(resolve, 10_000));
    expect(person.screen.bytes - seen).toBeLessThanOrEqual(OUTPUT_WINDOW_MAX_BYTES);
    // What the host keeps, and little besides.
    expect(((await memory()) - before) / 1024).toBeLessThan(OUTPUT_RING_BYTES / MIB + 4);
    person.drawAgain();
    person.type("\u0003");
    person.type("echo awake-$((5+5))\r");
    await person.screen.shows(/awake-10/);
    person.stream.close();
  });
});

describe("how it ends", () => {
  test("RS-103 U-RS-15 opening and closing leave their audit rows, and the library's in its own table", async () => {
    const person = await readyShell(new FramedPerson(await ticket()));
    const { session_id } = await person.attached;
    person.type("exit\r");
    await person.ended;
    await ended(session_id);
    const actions = await system.sql(
      `SELECT action FROM audit_logs WHERE metadata->>'session_id' = '${session_id}' OR metadata->>'sessionId' = '${session_id}' ORDER BY seq`,
    );
    expect(actions.map(({ action }) => action)).toEqual([
      "session.connected",
      "terminal_session_start",
      "terminal_session_end",
      "session.disconnected",
    ]);
    const library = await system.sql(
      `SELECT "eventType", "machineId" FROM "AuditLog" WHERE details->>'sessionId' = '${session_id}' ORDER BY timestamp, "eventType" DESC`,
    );
    expect(library).toEqual([
      { eventType: "terminal_session_start", machineId },
      { eventType: "terminal_session_end", machineId },
    ]);
    expect(await system.operate("audit", "verify")).toMatchObject({ status: 0 });
  });

  /** A shell that runs a program, and its process. */
  async function busyShell<Viewer extends FramedPerson | PlainPerson>(
    viewer: Viewer,
  ): Promise<{ viewer: Viewer; pid: number }> {
    await readyShell(viewer);
    viewer.type("echo pid-$$-; sleep 1000\r");
    await viewer.screen.shows(/pid-\d+-/);
    return { viewer, pid: Number(/pid-(\d+)-/.exec(viewer.screen.text)?.[1]) };
  }

  const rowOf = async (sessionId: string) =>
    (await system.sql(`SELECT status, attached, cause FROM sessions WHERE id = '${sessionId}'`))[0];

  test("when a plain viewer goes, its programs go: it could not come back", async () => {
    const { viewer, pid } = await busyShell(new PlainPerson(await ticket()));
    viewer.socket.close();
    await system.until(() => !isAlive(pid), "the shell to end");
    const newest = "SELECT status, cause FROM sessions ORDER BY created_at DESC LIMIT 1";
    await system.until(async () => (await system.sql(newest))[0]?.cause === "viewer_left", "the session to end");
  });

  test("when a framed viewer goes, its programs go on, until somebody ends the session", async () => {
    const { viewer, pid } = await busyShell(new FramedPerson(await ticket()));
    const { session_id } = await viewer.attached;
    viewer.stream.close();
    await system.until(async () => (await rowOf(session_id))?.attached === false, "the viewer to be gone");
    expect(await rowOf(session_id)).toEqual({ status: "active", attached: false, cause: null });
    expect(isAlive(pid)).toBe(true);
    await system.owner.api.act(shellApi, "end_session", { org_id: system.owner.orgId, session_id });
    await system.until(() => !isAlive(pid), "the shell to end");
    expect(await rowOf(session_id)).toMatchObject({ status: "ended", cause: "session_revoked" });
  });

  test("a shell that runs is marked so, and its viewer's going too, as soon as the database takes it", async () => {
    const raise = "BEGIN RAISE EXCEPTION 'not now'; END";
    await system.sql(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$${raise}$$`);
    const refuse = (change: string) =>
      system.sql(
        `CREATE TRIGGER refuse BEFORE UPDATE ON sessions FOR EACH ROW WHEN (${change}) EXECUTE FUNCTION refuse()`,
      );
    const isSaid = async (what: string) => {
      try {
        await system.until(() => system.server.stdout.includes(what), what);
      } finally {
        await system.sql("DROP TRIGGER refuse ON sessions");
      }
    };

    await refuse("NEW.started_at IS NOT NULL AND OLD.started_at IS NULL");
    const { viewer } = await busyShell(new FramedPerson(await ticket()));
    const { session_id } = await viewer.attached;
    await isSaid("a session is not marked started yet");
    const isStarted = async () =>
      (await system.sql(`SELECT started_at FROM sessions WHERE id = '${session_id}'`))[0]?.started_at !== null;
    await system.until(isStarted, "it to be marked started");

    await refuse("OLD.attached AND NOT NEW.attached");
    viewer.stream.close();
    await isSaid("a session is not marked detached yet");
    await system.until(async () => (await rowOf(session_id))?.attached === false, "it to be marked detached");
    expect(await rowOf(session_id)).toMatchObject({ status: "active" });
  });

  test("X-15 signing out sends the viewer away with 4401; the session waits for the next sign-in", async () => {
    const admin = await system.person("admin");
    const { viewer, pid } = await busyShell(new FramedPerson(await ticket(admin)));
    const { session_id } = await viewer.attached;
    await admin.api.call(authApi.logout, {});
    expect(await viewer.ended).toMatchObject({ closeCode: ERRORS.UNAUTHORIZED.close, exit: undefined });
    await system.until(async () => (await rowOf(session_id))?.attached === false, "the viewer to be gone");
    expect(await rowOf(session_id)).toEqual({ status: "active", attached: false, cause: null });
    expect(isAlive(pid)).toBe(true);
  });

  const setPlan = (plan: Plan) =>
    system.owner.api.act(organisationApi, "set_plan", { org_id: system.owner.orgId, plan });
  afterEach(async () => {
    await setPlan("enterprise");
    await system.owner.api.act(machineAdminApi, "set_session_enabled", {
      org_id: system.owner.orgId,
      machine_id: machineId,
      session_enabled: true,
    });
  });
  const revocations: [string, (admin: Person, machine: string) => Promise<unknown>][] = [
    [
      "the role is lost",
      (admin) =>
        system.owner.api.act(organisationApi, "set_role", {
          org_id: system.owner.orgId,
          user_id: admin.user.id,
          role: "member",
        }),
    ],
    [
      "the member is removed",
      (admin) =>
        system.owner.api.act(organisationApi, "remove_member", { org_id: system.owner.orgId, user_id: admin.user.id }),
    ],
    [
      "the session is ended by somebody else",
      async (admin) => {
        const { sessions } = await system.owner.api.act(shellApi, "list_sessions", { org_id: system.owner.orgId });
        const session_id = sessions.find(({ user_id }) => user_id === admin.user.id)?.id ?? "";
        await system.owner.api.act(shellApi, "end_session", { org_id: system.owner.orgId, session_id });
      },
    ],
    ["the plan has no shells any more", () => setPlan("business")],
    [
      "sessions are switched off on the machine",
      (_, id) =>
        system.owner.api.act(machineAdminApi, "set_session_enabled", {
          org_id: system.owner.orgId,
          machine_id: id,
          session_enabled: false,
        }),
    ],
  ];
  test.each(revocations)("R-19 T2.7 the socket closes with 4403 and the shell ends when %s", async (_, revoke) => {
    const admin = await system.person("admin");
    const { viewer, pid } = await busyShell(new FramedPerson(await ticket(admin)));
    const { session_id } = await viewer.attached;
    await revoke(admin, machineId);
    expect(await viewer.ended).toMatchObject({
      closeCode: ERRORS.SESSION_REVOKED.close,
      exit: { code: "SESSION_REVOKED" },
    });
    await ended(session_id);
    await system.until(() => !isAlive(pid), "the shell to end");
  });

  test("R-19 an edit of the tables by SQL, which nobody announced, ends the session as well", async () => {
    const admin = await system.person("admin");
    const person = await readyShell(new PlainPerson(await ticket(admin)));
    await system.sql(`UPDATE org_members SET role = 'member' WHERE user_id = '${admin.user.id}' RETURNING id`);
    expect(await person.ended).toMatchObject({ code: 4403 });
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Resident memory of processes and everything below them, shells excluded by name. */
async function residentKiB(roots: number[]): Promise<number> {
  const { readdir, readFile } = await import("node:fs/promises");
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const facts = new Map<number, { parent: number; name: string; rss: number }>();
  for (const pid of pids) {
    const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
    const field = (name: string) => new RegExp(`^${name}:\\s+(\\S+)`, "m").exec(status)?.[1] ?? "";
    facts.set(pid, { parent: Number(field("PPid")), name: field("Name"), rss: Number(field("VmRSS")) });
  }
  const isBelow = (pid: number): boolean => {
    for (let at = pid; at > 1; at = facts.get(at)?.parent ?? 0) if (roots.includes(at)) return true;
    return false;
  };
  return [...facts]
    .filter(([pid, { name }]) => name === "node" && isBelow(pid))
    .reduce((sum, [, { rss }]) => sum + rss, 0);
}

/** Hashes the `size` bytes that follow a marker in a stream that goes on, and waits for what must come after them. */
async function hashAfter(
  person: FramedPerson | PlainPerson,
  begin: string,
  end: string,
  size: number,
): Promise<string> {
  const { screen } = person;
  const hash = createHash("sha256");
  const start = screen.text.indexOf(begin) + begin.length;
  let counted = 0;
  let tail = "";
  const consume = (bytes: Uint8Array) => {
    const content = bytes.subarray(0, size - counted);
    hash.update(content);
    counted += content.length;
    tail += Buffer.from(bytes.subarray(content.length)).toString("latin1");
  };
  consume(Buffer.from(screen.text.slice(start), "latin1"));
  const take = screen.take;
  screen.take = (bytes) => {
    consume(bytes);
    take.call(screen, bytes);
  };
  await screen.when(() => tail.includes(end), `${end} after ${size} bytes; counted ${counted}`);
  screen.take = take;
  return hash.digest("hex");
}
