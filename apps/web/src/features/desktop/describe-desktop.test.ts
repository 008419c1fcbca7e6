import { DESKTOP_STATUSES, type DesktopSessionView } from "@sallyport/protocol";
import { expect, test } from "vitest";
import { describeDesktop } from "./describe-desktop.ts";
import { aDesktop } from "./testing.ts";

const WIN_B = { name: "Win-B" };
const over = (session: Partial<DesktopSessionView>, reason?: string) =>
  describeDesktop({ phase: "over", session: aDesktop(session), reason }, WIN_B);

test("X-22 every end has words of its own, and says why where something is known", () => {
  expect(over({ status: "rejected" }).title).toBe("Consent was refused");
  expect(over({ status: "expired", consent_required: true, consent_granted: null }).title).toBe(
    "Nobody consented in time",
  );
  expect(over({ status: "expired" }).title).toBe("The machine did not answer in time");
  expect(over({ status: "disconnected" }, "ended by an administrator").hint).toBe("Ended by an administrator.");
  const words = DESKTOP_STATUSES.slice(4).map((status) => over({ status }).words);
  expect(new Set(words).size).toBe(words.length);
});

test("a machine that shows no desktop is quoted, whatever became of the session", () => {
  const refusal = "No X server runs here; start one with `systemctl start lightdm`";
  const session = aDesktop({ status: "signaling", refusal });
  expect(describeDesktop({ phase: "calling", session, isAnswered: false }, WIN_B)).toMatchObject({
    title: "Win-B shows no desktop",
    quote: refusal,
  });
  expect(over({ status: "expired", refusal }).quote).toBe(refusal);
});

test("who waits for consent is told who can give it", () => {
  const session = aDesktop({ status: "pending", consent_required: true, session_type: "peer" });
  expect(describeDesktop({ phase: "consent", session, until: 0 }, WIN_B).hint).toMatch(/owner of Win-B.*administrator/);
});

test("a machine that asks its person every time is said to; one that asks nobody is not said to", () => {
  const waiting = {
    phase: "consent",
    session: aDesktop({ status: "pending", consent_required: true }),
    until: 0,
  } as const;
  const calling = { phase: "calling", session: aDesktop({ status: "signaling" }), isAnswered: false } as const;
  expect(describeDesktop(waiting, { ...WIN_B, consent: "always" }).hint).toMatch(/^Only the person who sits at Win-B/);
  expect(describeDesktop(waiting, { ...WIN_B, consent: "never" }).hint).not.toMatch(/person/);
  expect(describeDesktop(calling, { ...WIN_B, consent: "always" }).hint).toMatch(/asks the person who sits at it/);
  expect(describeDesktop(calling, { ...WIN_B, consent: "peers" }).hint).not.toMatch(/person/);
});

test.each(["ACL_DENIED", "FEATURE_NOT_ENABLED", "MACHINE_OFFLINE", "MACHINE_DISABLED", "FORBIDDEN", "NOT_FOUND"])(
  "%s says what helps",
  (code) => {
    expect(describeDesktop({ phase: "refused", code, message: "x" }, WIN_B)).toMatchObject({
      tone: "danger",
      title: expect.not.stringMatching(/^x$/),
      hint: expect.stringMatching(/\w/),
    });
  },
);

test("a refusal that a newer server may have is said in its own words", () => {
  const words = describeDesktop({ phase: "refused", code: "TOO_MANY_DESKTOPS", message: "Four are open" }, WIN_B);
  expect(words.title).toBe("Four are open");
});
