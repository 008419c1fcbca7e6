import { expect, test } from "vitest";
import { memoryStorage } from "../../lib/memory-storage.ts";
import { keepWorkspace, restoreWorkspace } from "./kept-workspace.ts";
import { activePane, addTab, startWorkspace } from "./workspace.ts";

const OWNER = { userId: "u", orgId: "o" };
const two = addTab(startWorkspace({ machineId: "m1", sessionId: "s1" }), { machineId: "m2", sessionId: "s2" });

test("a reload brings all terminals back, with the one of the address shown", () => {
  const storage = memoryStorage();
  keepWorkspace(storage, OWNER, two);
  const restored = restoreWorkspace(storage, OWNER, "s1");
  expect(restored?.tabs).toEqual(two.tabs);
  expect(restored && activePane(restored).sessionId).toBe("s1");
});

test("another session, another person and another organisation begin with one terminal", () => {
  const storage = memoryStorage();
  keepWorkspace(storage, OWNER, two);
  expect(restoreWorkspace(storage, OWNER, "s3")).toBeUndefined();
  expect(restoreWorkspace(storage, OWNER, undefined)).toBeUndefined();
  expect(restoreWorkspace(storage, { ...OWNER, userId: "v" }, "s1")).toBeUndefined();
  expect(restoreWorkspace(storage, { ...OWNER, orgId: "p" }, "s1")).toBeUndefined();
});

test.each(["", "null", "{", '{"userId":"u","orgId":"o","workspace":{"tabs":[]}}'])(
  "stored nonsense %j is nothing",
  (text) => {
    const storage = memoryStorage();
    storage.setItem("sallyport_workspace", text);
    expect(restoreWorkspace(storage, OWNER, "s1")).toBeUndefined();
  },
);
