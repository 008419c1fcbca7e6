import { expect, test } from "vitest";
import { aMachine } from "../machines/testing.ts";
import { desktopRefusal } from "./desktop-refusal.ts";

test.each([
  ["of a machine that is there", aMachine(), undefined],
  ["of one that takes no shells", aMachine({ session_enabled: false }), undefined],
  ["of a machine that is away", aMachine({ status: "offline" }), /offline/],
  ["of a disabled one", aMachine({ admin_disabled: true }), /disabled/],
  ["of one that can show it", aMachine({ desktop: { available: true, reason: null, consent: "peers" } }), undefined],
  [
    "of one that says why it cannot",
    aMachine({ desktop: { available: false, reason: "No X server runs here", consent: "peers" } }),
    /^No X server/,
  ],
  ["of a quarantined one", aMachine({ status: "quarantined" }), /quarantined/],
] as const)("RD-010 the desktop %s", (_, machine, refusal) => {
  const said = desktopRefusal(machine);
  if (refusal === undefined) expect(said).toBeUndefined();
  else expect(said).toMatch(refusal);
});
