import type { DesktopSessionView } from "@sallyport/protocol";

/** A session like any other, but for what is given. */
export const aDesktop = (difference: Partial<DesktopSessionView> = {}): DesktopSessionView => ({
  id: "00000000-0000-4000-8000-000000000001",
  org_id: "11111111-1111-4111-8111-111111111111",
  machine_id: "22222222-2222-4222-8222-222222222222",
  machine_name: "Win-B",
  viewer_user_id: "33333333-3333-4333-8333-333333333333",
  viewer_email: "ada@example.com",
  viewer_machine_id: null,
  session_type: "admin",
  status: "pending",
  consent_required: false,
  consent_granted: null,
  created_at: "2026-11-23T12:00:00.000Z",
  started_at: null,
  ended_at: null,
  duration_seconds: null,
  end_reason: null,
  refusal: null,
  ...difference,
});
