/** The limits that programs keep towards each other, each read from its constant, on real programs. */
import { shellSocket } from "@sallyport/client";
import {
  Attached,
  decodeFrame,
  decodeJson,
  encodeFrame,
  FrameKind,
  INPUT_FRAME_BYTES,
  OUTPUT_RING_BYTES,
  OUTPUT_WINDOW_BYTES,
  OUTPUT_WINDOW_MAX_BYTES,
  SCREEN_BYTES,
  SESSIONS_PER_MACHINE,
  SESSIONS_PER_USER,
} from "@sallyport/protocol";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import { anyDatabase } from "../harness/postgres.ts";
import { type Person, type RunningAgent, System } from "../harness/system.ts";
import { FramedPerson, handshake, ticketFor } from "../harness/viewer.ts";
import { TestWindow } from "../harness/window.ts";

let system: System;
let agent: RunningAgent;
beforeAll(async () => {
  system = await System.start(await anyDatabase());
  agent = await system.startAgent();
});
afterEach(() => system.endSessions());
afterAll(() => system?.stop());

async function shells(count: number, who: Person): Promise<void> {
  for (let n = 0; n < count; n++) await new FramedPerson(await ticketFor(system, agent.machine.id, who)).attached;
}

async function oneMore(who: Person) {
  const { url, protocols } = shellSocket(await ticketFor(system, agent.machine.id, who));
  return handshake(url, { protocols });
}

test("SESSIONS_PER_USER and SESSIONS_PER_MACHINE: one more is refused, and there is room again after an end", async () => {
  await shells(SESSIONS_PER_USER, system.owner);
  expect(await oneMore(system.owner)).toMatchObject({
    status: 429,
    body: {
      error: {
        code: "TOO_MANY_SESSIONS",
        message: expect.stringContaining(`${SESSIONS_PER_USER} sessions of this user`),
      },
    },
  });
  const admin = await system.person("admin");
  await shells(SESSIONS_PER_MACHINE - SESSIONS_PER_USER, admin);
  expect(await oneMore(admin)).toMatchObject({
    status: 429,
    body: {
      error: {
        code: "TOO_MANY_SESSIONS",
        message: expect.stringContaining(`${SESSIONS_PER_MACHINE} sessions of this machine`),
      },
    },
  });
  await system.endSessions();
  const again = await oneMore(admin);
  expect(again.open).toBe(true);
  if (again.open) again.socket.close();
});

/** A viewer that keeps no rules: it acknowledges what it is told to, and counts what comes. */
class RawViewer {
  readonly socket: WebSocket;
  readonly attached: Promise<Attached>;
  readonly closed: Promise<number>;
  outputBytes = 0;
  screenBytes = 0;

  constructor({ url, protocols }: { url: string; protocols: string[] }) {
    this.socket = new WebSocket(url, protocols);
    this.closed = new Promise((resolve) => this.socket.once("close", resolve));
    this.attached = new Promise((resolve) => {
      this.socket.on("message", (data) => {
        const frame = decodeFrame(data as Buffer);
        if (frame?.kind === FrameKind.output) this.outputBytes += frame.payload.length;
        if (frame?.kind === FrameKind.screen) this.screenBytes += frame.payload.length;
        const attached = frame?.kind === FrameKind.attached ? decodeJson(Attached, frame.payload) : undefined;
        if (attached) resolve(attached);
      });
    });
  }

  send(kind: FrameKind, offset: number, payload: Uint8Array): void {
    this.socket.send(encodeFrame({ kind, epoch: 1, offset, payload }));
  }

  /** Resolves when nothing came for a while. */
  async quiet(): Promise<void> {
    for (let before = -1; before !== this.outputBytes; ) {
      before = this.outputBytes;
      await new Promise((resolve) => setTimeout(resolve, 700));
    }
  }
}

const rawViewer = async () => new RawViewer(shellSocket(await ticketFor(system, agent.machine.id)));

test("OUTPUT_WINDOW_BYTES: a viewer that confirms nothing gets no more", async () => {
  const viewer = await rawViewer();
  const { in_next } = await viewer.attached;
  viewer.send(FrameKind.input, in_next, Buffer.from("yes\r"));
  await system.until(() => viewer.outputBytes > OUTPUT_WINDOW_BYTES / 2, "a flood");
  await viewer.quiet();
  expect(viewer.outputBytes).toBeLessThanOrEqual(OUTPUT_WINDOW_BYTES);
});

test("OUTPUT_WINDOW_MAX_BYTES: a viewer that asks for all the memory there is gets no more", async () => {
  const viewer = await rawViewer();
  const { start, in_next } = await viewer.attached;
  viewer.send(FrameKind.ack, start, Buffer.from([0xff, 0xff, 0xff, 0xff]));
  viewer.send(FrameKind.input, in_next, Buffer.from("yes\r"));
  await system.until(() => viewer.outputBytes > OUTPUT_WINDOW_MAX_BYTES / 2, "a flood");
  await viewer.quiet();
  expect(viewer.outputBytes).toBeLessThanOrEqual(OUTPUT_WINDOW_MAX_BYTES);
});

test("INPUT_FRAME_BYTES: a frame of exactly so many typed bytes arrives whole", async () => {
  const person = new FramedPerson(await ticketFor(system, agent.machine.id));
  await person.attached;
  person.type(`stty raw -echo; echo go-$((1+1)); head -c ${INPUT_FRAME_BYTES} | wc -c\r`);
  await person.screen.shows(/go-2/);
  person.type(Buffer.alloc(INPUT_FRAME_BYTES, "a"));
  await person.screen.shows(new RegExp(`\\b${INPUT_FRAME_BYTES}\\b`));
});

test("OUTPUT_RING_BYTES and SCREEN_BYTES: no more is kept for a window that comes, and none of it drawn beyond", async () => {
  const where = { baseUrl: system.url, who: system.owner, machineId: agent.machine.id };
  const window = new TestWindow(where);
  await window.is("connected");
  window.type("yes $(head -c 900 /dev/zero | tr '\\0' x)\r");
  await window.shows(/xxx\r\nxxx/);
  const { sessionId = "", reattachToken } = window.session;
  window.session.close();
  // Long enough to fill it: the flood is 100 MB/s.
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  const viewer = new RawViewer(
    shellSocket({ ...where, orgId: where.who.orgId, accessToken: where.who.access_token, sessionId, reattachToken }),
  );
  const { base = 0, end, screen } = await viewer.attached;
  // Its screen is whole when the program goes on after it, however long drawing takes.
  await system.until(() => viewer.outputBytes > 0, "output after the screen");
  expect(screen).toBe(true);
  expect(end - base).toBeLessThanOrEqual(OUTPUT_RING_BYTES);
  expect(end - base).toBeGreaterThan(OUTPUT_WINDOW_BYTES);
  expect(viewer.screenBytes).toBeGreaterThan(0);
  expect(viewer.screenBytes).toBeLessThanOrEqual(SCREEN_BYTES);
});
