import type { DesktopInput, DesktopOutput, IceCandidate } from "@sallyport/protocol";
import { DesktopOutput as DesktopOutputType } from "@sallyport/protocol";
import type { Path } from "./decide-transport.ts";

/** How a line does, measured over the last second or so. What is not known is absent. */
export interface LineFigures {
  framesPerSecond?: number;
  kbps?: number;
  width?: number;
  height?: number;
  codec?: string;
  /** Of the packets of the last second, from 0 to 100. */
  lossPercent?: number;
  /** Between arrival and drawing, in milliseconds. */
  delayMs?: number;
  /** In words: "direct", "through TURN over UDP". */
  path?: string;
}

export interface LineEvents {
  message(message: DesktopOutput): void;
  /** The first frame is drawn: the line's element shows the desktop. */
  picture(): void;
  /** It shows nothing more. Once, and nothing after it. */
  failed(reason: string): void;
  /** Another window of this person shows the desktop now. Instead of `failed`. */
  takenOver(): void;
}

/** One way to one machine, from its first word to its end; a new one is made for every try. */
export interface DesktopLine {
  readonly via: Path;
  /** What shows the picture; it lies in the page by then, or its browser may not draw it. */
  readonly element: HTMLVideoElement | HTMLCanvasElement;
  /** More input waits than a person wants to wait for. */
  readonly isCongested: boolean;
  send(message: DesktopInput): void;
  figures(): Promise<LineFigures>;
  /** Ends it without a word of `failed`. */
  close(): void;
}

/** A line that has to be talked into being: its description is answered by the machine's. */
export interface OfferedLine extends DesktopLine {
  answer(sdp: string): void;
  /** In the order in which they came; also before the answer. */
  candidate(candidate: IceCandidate): void;
}

/** Input that may wait in a socket before moves of the pointer are held back. */
export const CONGESTED_BYTES = 64 * 1024;

/** What a machine says, or undefined for what a newer one may say. */
export function readOutput(json: string): DesktopOutput | undefined {
  try {
    return DesktopOutputType.safeParse(JSON.parse(json)).data;
  } catch {
    return undefined;
  }
}
