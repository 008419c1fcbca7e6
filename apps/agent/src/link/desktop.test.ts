/** Desktops from the control plane's link to the process that shows them, and back by HTTP: a whole agent. */
import { randomUUID } from "node:crypto";
import type { DesktopOffer } from "@sallyport/protocol";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DEFAULT_DESKTOP } from "../desktop/desktop-settings.ts";
import { NODE_KEY } from "../testing/fake-control-plane.ts";
import type { FakeLink } from "../testing/fake-link.ts";
import { TestAgent } from "../testing/test-agent.ts";

let agent: TestAgent;
let link: FakeLink;
beforeEach(async () => {
  agent = new TestAgent();
  agent.desktop = DEFAULT_DESKTOP;
  await agent.start();
  link = await agent.link();
});
afterEach(() => agent.stop());

const offer = (name: string, over: Partial<DesktopOffer> = {}): DesktopOffer => ({
  session_type: "admin",
  viewer_email: `${name}@example.com`,
  sdp_offer: "v=0\r\noffer",
  consent: { required: false, granted_by: null },
  ice_servers: [],
  ...over,
});
const command = (type: string, id: string, payload: unknown) => link.command(link.sign(type, id, payload));
const desktopCall = () => agent.control.calls.next(({ path }) => path === "/api/remote-desktop");

test("the screen's facts are told when they are known, and in the next hello", async () => {
  expect(await link.next("hello")).not.toHaveProperty("desktop");
  expect((await link.next("desktop")).desktop).toEqual({ unavailable: null, consent: "peers" });
  link.close(1012, "restart");
  link = await agent.link();
  expect(await link.next("hello")).toMatchObject({ desktop: { unavailable: null, consent: "peers" }, desktops: [] });
});

test("an offer is answered with the node key, and what is held is in the next hello", async () => {
  const id = randomUUID();
  command("desktop_offer", id, offer("viewer"));
  expect((await desktopCall()).body).toEqual({
    action: "answer",
    node_key: NODE_KEY,
    session_id: id,
    sdp_answer: "v=0\r\nanswer to v=0\r\noffer",
  });
  expect((await desktopCall()).body).toMatchObject({ action: "agent_ice_candidate", node_key: NODE_KEY });
  link.close(1012, "restart");
  link = await agent.link();
  expect((await link.next("hello")).desktops).toEqual([id]);
  command("desktop_end", id, { reason: "it ended meanwhile" });
  link.close(1012, "restart");
  link = await agent.link();
  expect((await link.next("hello")).desktops).toEqual([]);
});

test("consent and ends at the machine reach the control plane; what it missed is told again", async () => {
  const [asked, left] = [randomUUID(), randomUUID()];
  command("desktop_ask", asked, { session_type: "peer", viewer_email: "granted@example.com", expires_in: 60 });
  expect(await link.next("desktop_consent")).toMatchObject({ session_id: asked, outcome: "granted" });
  command("desktop_offer", left, offer("leaver"));
  expect(await link.next("desktop_ended")).toMatchObject({ session_id: left, by_person: true });
  link.close(1012, "restart");
  link = await agent.link();
  expect(await link.next("desktop_ended")).toMatchObject({ session_id: left });
});

test.each([
  ["desktop_offer", {}],
  ["desktop_candidate", { id: "1" }],
  ["desktop_ask", { expires_in: 0 }],
  ["desktop_stream", { epoch: 1 }],
  ["desktop_end", {}],
])("%s with a payload of another shape is refused", async (type, payload) => {
  command(type, randomUUID(), payload);
  expect(await link.next("refused")).toMatchObject({
    code: "INVALID_COMMAND",
    reason: `${type}: the payload cannot be understood`,
  });
});

test("a stream to an address that can be read on the way is refused", async () => {
  const about = {
    session_type: "admin",
    viewer_email: "v@example.com",
    consent: { required: false, granted_by: null },
  };
  const stream = { ...about, epoch: 4, stream_url: "ws://192.0.2.1/", stream_token: "t" };
  command("desktop_stream", randomUUID(), stream);
  expect(await link.next("refused")).toMatchObject({ code: "INVALID_COMMAND", epoch: 4 });
});

test("a link that stops leaves the host alone while it shows a desktop, and ends it when it shows none", async () => {
  const id = randomUUID();
  command("desktop_offer", id, offer("viewer"));
  await desktopCall();
  await agent.stopLink();
  agent.startLink();
  link = await agent.link();
  expect((await link.next("hello")).desktops).toEqual([id]);
  expect(agent.hostStarts).toBe(1);
});
