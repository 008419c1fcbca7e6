/** What transport-wide feedback says of each packet (draft-holmer-rmcat-transport-wide-cc-extensions-01). */

/** The parts of werift's parsed message that are right; its own reading of them leaves out status vectors. */
export interface TransportFeedback {
  baseSequenceNumber: number;
  packetStatusCount: number;
  /** In multiples of 64 ms. */
  referenceTime: number;
  packetChunks: readonly ({ packetStatus: number; runLength: number } | { symbolList: readonly number[] })[];
  /** In microseconds, of the packets that arrived. */
  recvDeltas: readonly { delta: number }[];
}

export interface PacketReport {
  /** 16 bits, of the transport. */
  sequence: number;
  /** On the receiver's clock; undefined when it had not arrived. */
  arrivedAtMs: number | undefined;
}

const REFERENCE_MS = 64;
const NOT_RECEIVED = 0;
const WITHOUT_TIME = 3;

export function readFeedback(feedback: TransportFeedback): PacketReport[] {
  const reports: PacketReport[] = [];
  let atMs = feedback.referenceTime * REFERENCE_MS;
  let delta = 0;
  const report = (status: number) => {
    if (reports.length >= feedback.packetStatusCount) return;
    const sequence = (feedback.baseSequenceNumber + reports.length) & 0xffff;
    let arrivedAtMs: number | undefined;
    if (status !== NOT_RECEIVED && status !== WITHOUT_TIME) {
      atMs += (feedback.recvDeltas[delta]?.delta ?? 0) / 1_000;
      delta += 1;
      arrivedAtMs = atMs;
    }
    reports.push({ sequence, arrivedAtMs });
  };
  for (const chunk of feedback.packetChunks) {
    if ("symbolList" in chunk) for (const status of chunk.symbolList) report(status);
    else for (let left = chunk.runLength; left > 0; left--) report(chunk.packetStatus);
  }
  return reports;
}
