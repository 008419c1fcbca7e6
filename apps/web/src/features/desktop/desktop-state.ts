import type { DesktopSessionView } from "@sallyport/protocol";
import type { Path } from "./decide-transport.ts";

/** How it stands with the desktop, as a person has to know it. */
export type DesktopState =
  /** The control plane is asked for a session. `trouble`: why that takes longer. */
  | { phase: "asking"; trouble?: string }
  /** This person has a session on the machine already: on another page, or one that was left. */
  | { phase: "exists"; sessionId: string }
  /** Somebody must consent first; in milliseconds since 1970, until when. */
  | { phase: "consent"; session: DesktopSessionView; until: number }
  /** The machine was called and has not answered, or has answered and shows nothing yet. */
  | { phase: "calling"; session: DesktopSessionView; isAnswered: boolean }
  | { phase: "active"; session: DesktopSessionView }
  /** There was a picture, and it will come back by itself. */
  | { phase: "reconnecting"; session: DesktopSessionView; sinceMs: number; reason: string }
  /** Another window of this person has taken the session. */
  | { phase: "elsewhere"; session: DesktopSessionView }
  | { phase: "over"; session: DesktopSessionView; reason: string | undefined }
  /** No session: the catalogue's code and words. */
  | { phase: "refused"; code: string; message: string }
  /** This browser cannot show a desktop. */
  | { phase: "unable"; why: string };

/** The way that the picture takes now. `because`: why not directly. */
export interface Way {
  via: Path;
  because?: string;
}

/** Whether there was a picture, which is still in sight. */
export const hasPicture = ({ phase }: DesktopState): boolean => phase === "active" || phase === "reconnecting";

/** Whether a session waits or runs, so that leaving the page means something. */
export const isUnderWay = ({ phase }: DesktopState): boolean =>
  phase === "consent" || phase === "calling" || phase === "active" || phase === "reconnecting";
