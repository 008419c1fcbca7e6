import { expect, test } from "vitest";
import { decideNodeStateDir, type StateDirGrounds } from "./node-state-dir.ts";

const decide = (over: Partial<StateDirGrounds> & { writable?: string[] } = {}) =>
  decideNodeStateDir({
    kind: "hub",
    stateDir: undefined,
    fromEnvironment: undefined,
    fromSystemd: undefined,
    home: "/home/ann",
    isWritable: (path) => (over.writable ?? []).includes(path),
    ...over,
  });

test.each([
  ["as the file says", { stateDir: "/srv/a", fromEnvironment: "/srv/b" }, "/srv/a"],
  ["as the environment says", { fromEnvironment: "/srv/b", fromSystemd: "/srv/c" }, "/srv/b"],
  ["where systemd made room", { fromSystemd: "/var/lib/gatekey/hub:/var/lib/gatekey/home" }, "/var/lib/gatekey/hub"],
  ["with the system's services, for root", { writable: ["/var/lib"] }, "/var/lib/gatekey/hub"],
  ["with the system's services, where it is ours", { writable: ["/var/lib/gatekey/hub"] }, "/var/lib/gatekey/hub"],
  ["in the user's own, for anybody else", {}, "/home/ann/.config/gatekey/hub"],
])("GK-127 a node's state is %s", (_, over, path) => {
  expect(decide(over)).toBe(path);
});
