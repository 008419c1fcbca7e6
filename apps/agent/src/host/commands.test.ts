import { randomUUID } from "node:crypto";
import { type AttachShell, NO_SESSION, type RefusalCode, SESSIONS_PER_MACHINE } from "@sallyport/protocol";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { attachShell } from "../testing/attach-shell.ts";
import type { Sign } from "../testing/signer.ts";
import { TestHost } from "../testing/test-host.ts";

let host: TestHost;
beforeEach(async () => {
  host = await new TestHost().start();
});
afterEach(() => host.stop());

const spawnPayload = (over: Partial<AttachShell> = {}) => attachShell(host.control, over);

/** Nothing was started by whatever came before. */
async function expectNoSession(): Promise<void> {
  expect((await host.facts())?.sessions).toEqual([]);
  expect(host.control.streams.all).toEqual([]);
}

describe("a command is refused, with the reason told, when it", () => {
  test.each<[string, (sign: Sign) => ReturnType<Sign>, string, RefusalCode?]>([
    ["is forged", (sign) => sign("spawn_shell", randomUUID(), spawnPayload(), { key: "0".repeat(64) }), "HMAC"],
    [
      "is for another machine",
      (sign) => sign("spawn_shell", randomUUID(), spawnPayload(), { machineId: randomUUID() }),
      "machine",
    ],
    [
      "lacks the capability",
      (sign) => sign("spawn_shell", randomUUID(), spawnPayload(), { capabilities: ["input"] }),
      "Capability",
    ],
    [
      "is an hour old",
      (sign) => sign("spawn_shell", randomUUID(), spawnPayload(), { atMs: Date.now() - 3_600_000 }),
      "Timestamp",
    ],
    ["is not known", (sign) => sign("format_disk", randomUUID(), {}), "'format_disk' is not known here"],
    [
      "has a payload of another shape",
      (sign) => sign("spawn_shell", randomUUID(), { epoch: "1" }),
      "cannot be understood",
    ],
    [
      "has an epoch of 0",
      (sign) => sign("spawn_shell", randomUUID(), spawnPayload({ epoch: 0 })),
      "cannot be understood",
    ],
    [
      "sends keystrokes unencrypted to another host",
      (sign) => sign("spawn_shell", randomUUID(), spawnPayload({ stream_url: "ws://192.0.2.1/" })),
      "not encrypted",
    ],
    [
      "wants another protocol",
      (sign) => sign("spawn_shell", randomUUID(), spawnPayload({ stream_url: "http://127.0.0.1/" })),
      "not ws or wss",
    ],
    [
      "ends a session that is not there",
      (sign) => sign("end_session", randomUUID(), { reason: "x" }),
      "no such session",
      "NO_SUCH_SESSION",
    ],
    [
      "attaches to a session that is not there",
      (sign) => sign("attach_shell", randomUUID(), spawnPayload()),
      "no such session",
      "NO_SUCH_SESSION",
    ],
    [
      "attaches with a payload of another shape",
      (sign) => sign("attach_shell", randomUUID(), { epoch: 1 }),
      "attach_shell: the payload cannot be understood",
    ],
    [
      "names its session by something else than an id",
      (sign) => sign("spawn_shell", "../../etc", spawnPayload()),
      "cannot be understood",
    ],
  ])("%s", async (_, make, reason, code = "INVALID_COMMAND") => {
    host.command(make(host.sign));
    expect(await host.next("refused")).toMatchObject({ code, reason: expect.stringContaining(reason) });
    await expectNoSession();
  });

  test("comes a second time", async () => {
    const command = host.sign("spawn_shell", randomUUID(), spawnPayload());
    host.command(command);
    await host.control.streams.next();
    host.command(command);
    expect((await host.next("refused")).reason).toContain("Replay detected");
  });

  test("was captured on an earlier connection", async () => {
    const captured = host.sign("spawn_shell", randomUUID(), spawnPayload());
    await host.connect();
    host.command(captured);
    expect((await host.next("refused")).reason).toContain("HMAC");
    await expectNoSession();
  });

  test("comes before the welcome", async () => {
    await host.connect({ welcome: false });
    host.command(host.sign("spawn_shell", randomUUID(), spawnPayload()));
    expect((await host.next("refused")).reason).toBe("a command came before the welcome");
  });

  test("follows a welcome that is not genuine", async () => {
    await host.connect({ welcome: false });
    host.welcome(host.sign("clock", NO_SESSION, { server_time_ms: 0 }, { key: "0".repeat(64) }));
    expect((await host.next("refused")).reason).toBe("the welcome is not genuine");
    host.command(host.sign("spawn_shell", randomUUID(), spawnPayload()));
    expect((await host.next("refused")).reason).toBe("a command came before the welcome");
  });

  test("X-30 opens something on a machine whose own configuration allows no sessions", async () => {
    await host.connect({ sessionEnabled: false });
    for (const type of ["spawn_shell", "attach_shell", "desktop_offer", "something_new"]) {
      host.command(host.sign(type, randomUUID(), spawnPayload()));
      expect(await host.next("refused")).toMatchObject({ code: "SESSIONS_DISABLED" });
    }
    await expectNoSession();
    await host.connect({ sessionEnabled: true });
    host.spawn(randomUUID());
    await host.next("session_started");
  });

  test("would be one session too many", async () => {
    const ids = Array.from({ length: SESSIONS_PER_MACHINE }, () => randomUUID());
    for (const id of ids) host.command(host.sign("spawn_shell", id, spawnPayload()));
    for (const _ of ids) await host.next("session_started");
    host.command(host.sign("spawn_shell", randomUUID(), spawnPayload()));
    expect(await host.next("refused")).toMatchObject({
      code: "CANNOT_SPAWN",
      epoch: 1,
      reason: "there are 32 sessions on this machine already",
    });
  }, 30_000);
});

test.each<[string, () => string, string]>([
  ["is refused", () => `${host.control.streamUrl}/elsewhere`, "Page not found"],
  ["is answered by nobody", () => "ws://127.0.0.1:1/", "ECONNREFUSED"],
])("a session whose stream %s is told so, and stays for the next attachment", async (_, url, reason) => {
  const id = randomUUID();
  host.spawn(id, { stream_url: url(), epoch: 3 });
  expect(await host.next("refused")).toMatchObject({
    session_id: id,
    code: "STREAM_FAILED",
    epoch: 3,
    reason: expect.stringContaining(reason),
  });
  host.attach(id, { epoch: 4, have: 0 });
  const stream = await host.control.streams.next();
  expect(await stream.attached()).toMatchObject({ session_id: id, start: 0, base: 0 });
  await stream.receives(1);
});

test("a session whose stream cannot be opened and that may not wait ends at once", async () => {
  const id = randomUUID();
  host.spawn(id, { stream_url: "ws://127.0.0.1:1/", grace_seconds: 0 });
  expect(await host.next("refused")).toMatchObject({ session_id: id, code: "STREAM_FAILED" });
  expect((await host.next("session_ended")).exit.reason).toBe("nobody attached for 0 s");
});

test.each([3_600_000, -3_600_000])("a machine whose clock is %i ms off takes commands all the same", async (offMs) => {
  await host.connect({ now: () => Date.now() + offMs });
  host.spawn(randomUUID());
  await (await host.control.streams.next()).attached();
  host.command(host.sign("spawn_shell", randomUUID(), spawnPayload(), { atMs: Date.now() }));
  expect((await host.next("refused")).reason).toContain("Timestamp");
});

test("only the newest link is obeyed, and the older one is told", async () => {
  const old = host.sign;
  const first = host.detach();
  await host.connect();
  await host.next("replaced");
  await first?.closed;
  host.command(old("spawn_shell", randomUUID(), spawnPayload()));
  expect((await host.next("refused")).reason).toContain("HMAC");
});
