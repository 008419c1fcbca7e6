/** What `RTCPeerConnection.getStats` says, as a person wants to know it. Pure. */

import { t } from "../../lib/texts.ts";
import type { LineFigures } from "./desktop-line.ts";

/** The few values that are looked at, of one moment. */
export interface StatsSample {
  atMs: number;
  frames: number;
  bytes: number;
  packets: number;
  lost: number;
  /** Seconds that frames spent waiting, in sum, and how many they were. */
  waitedSeconds: number;
  waitedFrames: number;
  width: number | undefined;
  height: number | undefined;
  codec: string | undefined;
  path: string | undefined;
}

type Report = Record<string, unknown>;

export function sampleOf(reports: readonly Report[]): StatsSample {
  const byId = new Map(reports.map((report) => [report.id, report]));
  const inbound = reports.find(({ type, kind }) => type === "inbound-rtp" && kind === "video") ?? {};
  const transport = reports.find(({ type }) => type === "transport") ?? {};
  const pair =
    byId.get(transport.selectedCandidatePairId) ??
    reports.find(
      ({ type, nominated, state }) => type === "candidate-pair" && nominated === true && state === "succeeded",
    );
  return {
    atMs: number(inbound.timestamp),
    frames: number(inbound.framesDecoded),
    bytes: number(inbound.bytesReceived),
    packets: number(inbound.packetsReceived),
    lost: number(inbound.packetsLost),
    waitedSeconds: number(inbound.jitterBufferDelay),
    waitedFrames: number(inbound.jitterBufferEmittedCount),
    width: optional(inbound.frameWidth),
    height: optional(inbound.frameHeight),
    codec: codecWords(byId.get(inbound.codecId)),
    path: pair && pathWords(byId.get(pair.localCandidateId), byId.get(pair.remoteCandidateId)),
  };
}

/** What has happened between two samples. */
export function figuresOf(now: StatsSample, before: StatsSample | undefined): LineFigures {
  const seconds = before ? (now.atMs - before.atMs) / 1_000 : 0;
  const { width, height, codec, path } = now;
  return {
    ...(width !== undefined && { width }),
    ...(height !== undefined && { height }),
    ...(codec !== undefined && { codec }),
    ...(path !== undefined && { path }),
    ...(before && seconds > 0 && rates(now, before, seconds)),
  };
}

function rates(now: StatsSample, before: StatsSample, seconds: number): LineFigures {
  const packets = now.packets - before.packets;
  // The sum goes down when a packet that was thought lost arrives after all.
  const lost = Math.max(0, now.lost - before.lost);
  const frames = now.waitedFrames - before.waitedFrames;
  return {
    framesPerSecond: (now.frames - before.frames) / seconds,
    kbps: ((now.bytes - before.bytes) * 8) / 1_000 / seconds,
    ...(packets + lost > 0 && { lossPercent: (100 * lost) / (packets + lost) }),
    ...(frames > 0 && { delayMs: (1_000 * (now.waitedSeconds - before.waitedSeconds)) / frames }),
  };
}

/** `profile-level-id` of H.264: which profile, and which level in tenths. */
const PROFILES: Record<string, string> = {
  "42": "Baseline",
  "4d": "Main",
  "58": "Extended",
  "64": "High",
  f4: "High 4:4:4",
};

function codecWords(codec: Report | undefined): string | undefined {
  if (typeof codec?.mimeType !== "string") return undefined;
  const name = codec.mimeType.replace(/^video\//i, "").replace(/^H264$/i, "H.264");
  const [, profile, , level] = /profile-level-id=(..)(..)(..)/i.exec(String(codec.sdpFmtpLine ?? "")) ?? [];
  const words = profile === undefined ? undefined : PROFILES[profile.toLowerCase()];
  return words && level ? `${name} ${words} ${(Number.parseInt(level, 16) / 10).toFixed(1)}` : name;
}

function pathWords(local: Report | undefined, remote: Report | undefined): string | undefined {
  if (!local || !remote) return undefined;
  if (local.candidateType === "relay")
    return t("through TURN over {{value}}", { value: String(local.relayProtocol ?? "udp").toUpperCase() });
  if (remote.candidateType === "relay") return t("through the machine's TURN");
  return t("direct over {{value}}", { value: String(local.protocol ?? "udp").toUpperCase() });
}

const number = (value: unknown): number => (typeof value === "number" ? value : 0);
const optional = (value: unknown): number | undefined => (typeof value === "number" ? value : undefined);
