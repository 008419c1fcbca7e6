/**
 * A viewer's session description, reduced to what is answered: one H.264, its retransmissions, no addresses that only
 * multicast DNS knows. The viewer finds this machine by its addresses, so such an address need not be asked for.
 */

import { isUsableCandidate } from "./tame-ice.ts";

export interface PreparedOffer {
  sdp: string;
  payloadType: number;
  rtxPayloadType: number | undefined;
}

/** Constrained baseline is what is sent; decoders of the other profiles take it, too. */
const PROFILES = ["42e0", "4200", "4d00", "640c", "6400", ""];

/** @throws Error in words for the viewer */
export function prepareOffer(sdp: string): PreparedOffer {
  const sections = splitSections(sdp);
  const video = sections.filter((section) => section[0]?.startsWith("m=video "));
  if (video.length !== 1) throw new Error("the viewer must ask for exactly one video");
  if (sections.some((section) => /^m=(?!video |application )/.test(section[0] ?? "m=?") && section !== sections[0])) {
    throw new Error("the viewer asks for more than a screen");
  }
  const lines = video[0] ?? [];
  const payloadType = chooseH264(lines);
  if (payloadType === undefined) throw new Error("the viewer's browser takes no H.264 video");
  const rtxPayloadType = rtxOf(lines, payloadType);
  const kept = new Set([payloadType, ...(rtxPayloadType === undefined ? [] : [rtxPayloadType])]);
  const reduced = sections.map((section) => (section === lines ? keepPayloads(lines, kept) : section));
  return {
    sdp: `${reduced.flat().filter(isAnswered).join("\r\n")}\r\n`,
    payloadType,
    rtxPayloadType,
  };
}

/** Before the first `m=`, and from each one on. */
function splitSections(sdp: string): string[][] {
  const sections: string[][] = [[]];
  for (const line of sdp.split(/\r?\n/)) {
    if (line === "") continue;
    if (line.startsWith("m=")) sections.push([]);
    sections.at(-1)?.push(line);
  }
  return sections;
}

/** That there will be no more candidates is not to be believed: those that reach us without being told of come later. */
const isAnswered = (line: string): boolean =>
  line !== "a=end-of-candidates" && (!line.startsWith("a=candidate:") || isUsableCandidate(line));

function chooseH264(lines: readonly string[]): number | undefined {
  const candidates = lines.flatMap((line) => {
    const payloadType = Number(/^a=rtpmap:(\d+) H264\/90000$/i.exec(line)?.[1] ?? Number.NaN);
    const parameters = parametersOf(lines, payloadType);
    return parameters && /(^|;)\s*packetization-mode=1\b/.test(parameters) ? [{ payloadType, parameters }] : [];
  });
  const rank = (parameters: string): number => {
    const profile = /profile-level-id=([0-9a-f]{4})/i.exec(parameters)?.[1]?.toLowerCase() ?? "";
    return PROFILES.findIndex((known) => profile.startsWith(known));
  };
  return candidates.sort((a, b) => rank(a.parameters) - rank(b.parameters))[0]?.payloadType;
}

const parametersOf = (lines: readonly string[], payloadType: number): string | undefined =>
  lines.find((line) => line.startsWith(`a=fmtp:${payloadType} `))?.slice(`a=fmtp:${payloadType} `.length);

function rtxOf(lines: readonly string[], payloadType: number): number | undefined {
  for (const line of lines) {
    const rtx = Number(/^a=rtpmap:(\d+) rtx\/90000$/i.exec(line)?.[1] ?? Number.NaN);
    if (parametersOf(lines, rtx)?.trim() === `apt=${payloadType}`) return rtx;
  }
  return undefined;
}

function keepPayloads(lines: readonly string[], kept: ReadonlySet<number>): string[] {
  return lines.flatMap((line, index) => {
    if (index === 0) return [`${line.split(" ").slice(0, 3).join(" ")} ${[...kept].join(" ")}`];
    const payloadType = /^a=(?:rtpmap|fmtp|rtcp-fb):(\d+)\b/.exec(line)?.[1];
    return payloadType === undefined || kept.has(Number(payloadType)) ? [line] : [];
  });
}
