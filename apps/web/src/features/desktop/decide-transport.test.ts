import { expect, test } from "vitest";
import { type Abilities, decideTransport } from "./decide-transport.ts";

const ALL: Abilities = { peer: true, peerH264: true, decoder: true, isSecureContext: true };
const decide = (
  abilities: Partial<Abilities> = {},
  more: Partial<Omit<Parameters<typeof decideTransport>[0], "abilities">> = {},
) => decideTransport({ abilities: { ...ALL, ...abilities }, forced: undefined, directFailure: undefined, ...more });

test("the direct way comes first", () => {
  expect(decide()).toEqual({ via: "webrtc" });
});

test.each([
  ["no WebRTC", decide({ peer: false, peerH264: false }), /no WebRTC/],
  ["no H.264", decide({ peerH264: false }), /no H\.264/],
  ["a direct way that failed", decide({}, { directFailure: "no picture came" }), /no picture came/],
])("after %s the picture goes through the control plane, and says why", (_, decision, because) => {
  expect(decision).toEqual({ via: "stream", because: expect.stringMatching(because) });
});

test("without WebCodecs the direct way is tried again and again", () => {
  expect(decide({ decoder: false }, { directFailure: "no picture came" })).toEqual({ via: "webrtc" });
});

test.each([
  [{ isSecureContext: true }, /no H\.264.*WebCodecs/],
  [{ isSecureContext: false }, /no H\.264.*https/],
])("a browser that can do neither is told both reasons", (context, why) => {
  expect(decide({ peerH264: false, decoder: false, ...context })).toEqual({
    via: "none",
    why: expect.stringMatching(why),
  });
});

test("what is forced is done, or said to be impossible; never replaced", () => {
  expect(decide({}, { forced: "stream" }).via).toBe("stream");
  expect(decide({}, { forced: "webrtc", directFailure: "no picture came" }).via).toBe("webrtc");
  expect(decide({ peer: false }, { forced: "webrtc" }).via).toBe("none");
  expect(decide({ decoder: false }, { forced: "stream" }).via).toBe("none");
});
