import { expect, test } from "vitest";
import { enrolCommand, serviceCommands } from "./enrol-command.ts";

test("the key is in the environment, not among the arguments", () => {
  expect(enrolCommand("https://door.example.com", "tskey-auth-k1")).toBe(
    "ZTNA_CONTROL_URL=https://door.example.com ZTNA_AUTH_KEY=tskey-auth-k1 npx ztna up",
  );
});

test.each([
  ["http://127.0.0.1:8080", false],
  ["http://localhost:8080", false],
  ["http://[::1]:8080", false],
  ["https://192.168.1.5", false],
  ["http://192.168.1.5:8080", true],
  ["http://127.example.com", true],
])("%s needs --insecure: %s", (origin, insecure) =>
  expect(enrolCommand(origin, "k").endsWith(" --insecure")).toBe(insecure),
);

test("a service reads the key from a file that only root reads", () => {
  expect(
    serviceCommands("https://door.example.com", "tskey-auth-k1"),
  ).toBe(`sudo install -D -m 600 /dev/stdin /etc/ztna/ztna.env <<'END'
ZTNA_CONTROL_URL=https://door.example.com
ZTNA_AUTH_KEY=tskey-auth-k1
END
sudo npx ztna service install`);
});

test("a service that would talk in the clear is not offered: its unit has no --insecure", () => {
  expect(serviceCommands("http://192.168.1.5:8080", "k")).toBeUndefined();
  expect(serviceCommands("http://127.0.0.1:8080", "k")).toBeDefined();
});
