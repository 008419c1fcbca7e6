import { describe, expect, test } from "vitest";
import { decideStreamUrl } from "./decide-url.ts";

const secure = { insecure: false };
const insecure = { insecure: true };

describe("decideStreamUrl", () => {
  test("allows encrypted streams anywhere and plain ones on this machine", () => {
    for (const url of ["wss://node-2.example.com/s", "ws://127.0.0.1:8080/s", "ws://[::1]/s"]) {
      expect(decideStreamUrl(url, secure)).toEqual({ allowed: true, url });
    }
  });

  test("refuses plain ones elsewhere unless told otherwise, and other schemes always", () => {
    expect(decideStreamUrl("ws://node-2.example.com/s", secure)).toMatchObject({ allowed: false });
    expect(decideStreamUrl("ws://node-2.example.com/s", insecure)).toMatchObject({ allowed: true });
    for (const url of ["http://127.0.0.1/s", "wss+unix:/var/run/x", "javascript:1", ""]) {
      expect(decideStreamUrl(url, insecure)).toMatchObject({ allowed: false });
    }
  });
});
