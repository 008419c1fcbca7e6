import { SavedSessions } from "./saved-sessions.ts";

/** Of this tab. */
export const tabSessions = new SavedSessions(sessionStorage);
