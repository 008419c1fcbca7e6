import { STREAM_DETACHED_CLOSE } from "@sallyport/protocol";
import { expect, test } from "vitest";
import { decideOnStreamEnded, type EndedStream } from "./decide-on-stream-ended.ts";

const aStream: EndedStream = { code: 1006, exitSent: false, hasExited: false, isEnding: false, graceSeconds: 60 };

test.each<[string, Partial<EndedStream>, ReturnType<typeof decideOnStreamEnded>]>([
  ["that broke off is waited for", {}, { act: "wait", ms: 60_000 }],
  ["whose viewer has gone is waited for", { code: STREAM_DETACHED_CLOSE }, { act: "wait", ms: 60_000 }],
  ["that was closed normally while its program runs is waited for", { code: 1000 }, { act: "wait", ms: 60_000 }],
  [
    "that was closed normally just before the exit is waited for",
    { code: 1000, hasExited: true },
    { act: "wait", ms: 60_000 },
  ],
  ["that broke off after the exit is waited for", { exitSent: true, hasExited: true }, { act: "wait", ms: 60_000 }],
  [
    "that was closed normally after the exit is over",
    { code: 1000, exitSent: true, hasExited: true },
    { act: "finish" },
  ],
  ["of a session that may not wait is not waited for", { graceSeconds: 0 }, { act: "wait", ms: 0 }],
  ["of a session that was told to end leaves it to end", { isEnding: true }, { act: "discard" }],
  ["of a session that has ended as told is over", { isEnding: true, hasExited: true }, { act: "finish" }],
])("a stream %s", (_, over, expected) => {
  expect(decideOnStreamEnded({ ...aStream, ...over })).toEqual(expected);
});
