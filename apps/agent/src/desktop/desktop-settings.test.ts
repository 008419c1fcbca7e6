import { expect, test } from "vitest";
import { DEFAULT_DESKTOP, readDesktopSettings } from "./desktop-settings.ts";

test("without a variable: peers are asked about, nobody there is a no, input and clipboard are on", () => {
  expect(readDesktopSettings({ PATH: "/bin", ZTNA_DESKTOP: " " })).toEqual(DEFAULT_DESKTOP);
  expect(DEFAULT_DESKTOP).toEqual({
    shown: true,
    consent: "peers",
    unattended: false,
    input: true,
    clipboard: { to_machine: true, from_machine: true },
    display: null,
  });
});

test("every setting is read", () => {
  expect(
    readDesktopSettings({
      ZTNA_DESKTOP: "off",
      ZTNA_DESKTOP_CONSENT: "always",
      ZTNA_DESKTOP_UNATTENDED: "allow",
      ZTNA_DESKTOP_INPUT: "off",
      ZTNA_DESKTOP_CLIPBOARD: "from-machine",
      ZTNA_DISPLAY: ":1.0",
    }),
  ).toEqual({
    shown: false,
    consent: "always",
    unattended: true,
    input: false,
    clipboard: { to_machine: false, from_machine: true },
    display: ":1.0",
  });
});

test.each([
  ["ZTNA_DESKTOP", "no", "on, off"],
  ["ZTNA_DESKTOP_CONSENT", "peer", "always, peers, never"],
  ["ZTNA_DESKTOP_UNATTENDED", "yes", "allow, refuse"],
  ["ZTNA_DESKTOP_INPUT", "constructor", "on, off"],
  ["ZTNA_DESKTOP_CLIPBOARD", "in", "both, to-machine, from-machine, off"],
  ["ZTNA_DISPLAY", "/tmp/x", ":0"],
])("%s=%s is refused with what it may be", (name, value, expected) => {
  expect(() => readDesktopSettings({ [name]: value })).toThrow(expected);
  expect(() => readDesktopSettings({ [name]: value })).toThrow(name);
});
