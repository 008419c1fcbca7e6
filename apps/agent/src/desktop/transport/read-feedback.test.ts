import { expect, test } from "vitest";
import { readFeedback } from "./read-feedback.ts";

test("runs and vectors of packets are read in their order, with the times of those that arrived", () => {
  const reports = readFeedback({
    baseSequenceNumber: 65_534,
    packetStatusCount: 6,
    referenceTime: 10,
    packetChunks: [
      { packetStatus: 1, runLength: 2 },
      { packetStatus: 0, runLength: 1 },
      { symbolList: [0, 2, 1, 0, 0, 0, 0] },
    ],
    recvDeltas: [{ delta: 1_000 }, { delta: 250 }, { delta: -500 }, { delta: 2_000 }],
  });
  expect(reports).toEqual([
    { sequence: 65_534, arrivedAtMs: 641 },
    { sequence: 65_535, arrivedAtMs: 641.25 },
    { sequence: 0, arrivedAtMs: undefined },
    { sequence: 1, arrivedAtMs: undefined },
    { sequence: 2, arrivedAtMs: 640.75 },
    { sequence: 3, arrivedAtMs: 642.75 },
  ]);
});

test("a run that is longer than what it is about is cut", () => {
  const feedback = {
    baseSequenceNumber: 5,
    packetStatusCount: 3,
    referenceTime: 0,
    packetChunks: [{ packetStatus: 0, runLength: 8_191 }],
    recvDeltas: [],
  };
  expect(readFeedback(feedback)).toHaveLength(3);
});
