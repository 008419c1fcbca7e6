import { afterEach, expect, test, vi } from "vitest";

const { platform, arch } = process;

afterEach(() => {
  Object.defineProperty(process, "platform", { value: platform });
  Object.defineProperty(process, "arch", { value: arch });
});

async function loadOn(system: { platform: string; arch: string }) {
  vi.resetModules();
  const { nativeBinding } = await import("./native-binding.ts");
  Object.defineProperty(process, "platform", { value: system.platform });
  Object.defineProperty(process, "arch", { value: system.arch });
  return nativeBinding;
}

test.each([
  [{ platform: "win32", arch: "x64" }, /Linux and macOS only, not on win32/],
  [{ platform: "linux", arch: "s390x" }, /node-pty-linux-s390x\/pty\.node does not load here/],
])("%j is refused in words", async (system, message) => {
  const nativeBinding = await loadOn(system);
  expect(nativeBinding).toThrow(message);
  expect(nativeBinding).toThrow(expect.objectContaining({ code: "PLATFORM_UNSUPPORTED" }));
});
