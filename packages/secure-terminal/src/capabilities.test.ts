import { expect, test } from "vitest";
import { DEFAULT_CAPABILITIES, makeRequirements, missingCapability } from "./capabilities.ts";

const missing = (type: string, ...capabilities: string[]) => missingCapability(type, capabilities, makeRequirements());

test.each([
  ["terminal_input", "input"],
  ["terminal_resize", "resize"],
  ["spawn_shell", "spawn"],
  ["spawn_terminal", "spawn"],
  ["terminal_spawn", "spawn"],
])("VT-043 VT-144 %s needs %s", (type, capability) => {
  expect(missing(type, capability)).toBeUndefined();
  expect(missing(type, "another")).toBe(capability);
});

test("VT-055 execute_command needs execute, or spawn and input, which allow as much", () => {
  expect(missing("execute_command", "execute")).toBeUndefined();
  expect(missing("execute_command", ...DEFAULT_CAPABILITIES)).toBeUndefined();
  expect(missing("execute_command", "spawn", "resize")).toBe("execute, or spawn and input");
  expect(missing("execute_command", "input", "resize")).toBe("execute, or spawn and input");
});

test("X-36 types that nobody named need nothing", () => {
  expect(missing("clock")).toBeUndefined();
  expect(missing("toString")).toBeUndefined();
  expect(missing("__proto__")).toBeUndefined();
});

test("a host may change what a type needs, or take it away", () => {
  const requirements = makeRequirements({ execute_command: "execute", file_read: "files", terminal_resize: null });
  expect(missingCapability("execute_command", ["spawn", "input"], requirements)).toBe("execute");
  expect(missingCapability("file_read", ["input"], requirements)).toBe("files");
  expect(missingCapability("terminal_resize", [], requirements)).toBeUndefined();
  expect(missingCapability("terminal_input", [], requirements)).toBe("input");
});
