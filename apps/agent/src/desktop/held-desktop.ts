import type { DesktopCandidate, DesktopOffer, DesktopSessionType, DesktopStream } from "@sallyport/protocol";
import type { ConsentOutcome } from "./decide-consent.ts";
import type { SessionPosts } from "./session-posts.ts";

/** One desktop session as the session host knows it, from the first word about it to its end. */
export interface HeldDesktop {
  readonly id: string;
  readonly posts: SessionPosts;
  sessionType: DesktopSessionType;
  viewerEmail: string;
  /** Who consented, as the last command said. */
  grantedBy: string | null;
  /** What the person at the machine has said. */
  answered: ConsentOutcome | undefined;
  /** The question is on the screen; stops waiting for its answer. */
  stopAsking: (() => void) | undefined;
  /** The control plane wants to hear the answer. */
  isAskedAbove: boolean;
  /** What is to be shown as soon as it may be. */
  wanted: { offer?: DesktopOffer; stream?: DesktopStream };
  /** The viewer's last description that the desktop process was given, and what it answered. */
  offered: { sdp: string; answer?: string } | undefined;
  /** The description about which nobody decided in time; the same one does not ask again. */
  declined: string | undefined;
  /** The number of the viewer's last socket. */
  epoch: number;
  /** The viewer's addresses that came before its offer was given on. */
  early: DesktopCandidate[];
  /** Of the last candidate that was taken; one that is not above it is a repeat. */
  lastCandidateId: number;
  /** Something of it was given to the desktop process, which did not refuse it. */
  isShown: boolean;
  /** The same, before what was given last. */
  wasShown: boolean;
}

export const newDesktop = (
  id: string,
  about: Pick<HeldDesktop, "sessionType" | "viewerEmail">,
  posts: SessionPosts,
): HeldDesktop => ({
  id,
  posts,
  ...about,
  grantedBy: null,
  answered: undefined,
  stopAsking: undefined,
  isAskedAbove: false,
  wanted: {},
  offered: undefined,
  declined: undefined,
  epoch: 0,
  early: [],
  lastCandidateId: 0,
  isShown: false,
  wasShown: false,
});
