import { DESKTOP_SETUP_SECONDS, type DesktopSessionView } from "@sallyport/protocol";

/** Until a session that nobody has connected is given up. */
export const secondsLeft = ({ created_at }: DesktopSessionView, nowMs: number): number =>
  Math.max(0, Math.ceil(DESKTOP_SETUP_SECONDS - (nowMs - Date.parse(created_at)) / 1_000));
