import type { SessionView } from "@sallyport/protocol";
import { expect, test } from "vitest";
import { listAsTable } from "./printer.ts";
import { sessionColumns } from "./session-columns.ts";

const sessionTable = (sessions: SessionView[], of: { userId: string; ended: boolean }) =>
  listAsTable(sessions, sessionColumns(sessions, of));

const session: SessionView = {
  id: "3f2a9c01-9f6c-4b8e-8a52-6f1f5f0c1d11",
  kind: "shell",
  machine_id: "0f0f0f0f-9f6c-4b8e-8a52-6f1f5f0c1d11",
  machine_name: "db-1",
  user_id: "u1",
  user_email: "ann@example.com",
  status: "active",
  attached: true,
  attached_at: "2026-11-23T12:05:06.789Z",
  ip_address: "10.0.0.7",
  created_at: "2026-11-23T12:01:02.345Z",
  ended_at: null,
  cause: null,
  exit_code: null,
};

test("sessions say who is on what, since when, from where; the own ones have a star", () => {
  const other = { ...session, id: "77b01e4d-1", user_id: "u2", attached: false, ip_address: null };
  expect(sessionTable([session, other], { userId: "u1", ended: false })).toBe(
    `   ID        MACHINE  USER             STARTED              VIEWER                              FROM
*  3f2a9c01  db-1     ann@example.com  2026-11-23 12:01:02  attached since 2026-11-23 12:05:06  10.0.0.7
   77b01e4d  db-1     ann@example.com  2026-11-23 12:01:02  detached                            -
`,
  );
});

test("those that ended say when and how", () => {
  const over = { ...session, status: "ended", ended_at: "2026-11-23T13:00:00Z" } as const;
  const text = sessionTable(
    [
      { ...over, exit_code: 7, cause: "exited" },
      { ...over, cause: "session_revoked" },
    ],
    { userId: "u1", ended: true },
  );
  expect(text).toContain("2026-11-23 13:00:00 exit 7");
  expect(text).toContain("2026-11-23 13:00:00 session revoked");
});
