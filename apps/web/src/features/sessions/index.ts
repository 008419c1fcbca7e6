export { EndSessionDialog } from "./end-session-dialog.tsx";
export { announceSessions } from "./live-sessions.ts";
export { countByMachine } from "./session-list.ts";
export { SessionTable, SessionTableSkeleton } from "./session-table.tsx";
export { sessionQueries } from "./sessions.queries.ts";
