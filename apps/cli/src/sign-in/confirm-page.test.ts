import { expect, test } from "vitest";
import { confirmPage } from "./confirm-page.ts";
import { openerOf } from "./open-browser.ts";

const AT = "/device?code=WDJB-MJHT";

test.each([
  ["https://door.example.com", `https://door.example.com${AT}`, `https://door.example.com${AT}`],
  ["https://10.0.0.5:8080", `https://door.example.com${AT}`, `https://door.example.com${AT}`],
  ["http://127.0.0.1:8080", `http://127.0.0.1:8080${AT}`, `http://127.0.0.1:8080${AT}`],
  // A server that was not told its name knows itself as this one only.
  ["https://10.0.0.5:8080", `http://127.0.0.1:8080${AT}`, `https://10.0.0.5:8080${AT}`],
])("GK-101 asked at %s and told %s, a person is sent to %s", (server, said, page) => {
  expect(confirmPage(server, said)).toBe(page);
});

test.each(["file:///etc/passwd", "javascript:alert(1)", "data:text/html,x", "vscode://x"])(
  "R-29 %s is not opened",
  (said) => {
    expect(() => confirmPage("https://door.example.com", said)).toThrow(/no web page/);
  },
);

test("a page is opened where there is a screen, and not on the far side of an SSH connection", () => {
  expect(openerOf("linux", { DISPLAY: ":0" })).toEqual(["xdg-open"]);
  expect(openerOf("linux", {})).toEqual([]);
  expect(openerOf("darwin", {})).toEqual(["open"]);
  expect(openerOf("darwin", { SSH_CONNECTION: "10.0.0.1 1 10.0.0.2 22" })).toEqual([]);
});
