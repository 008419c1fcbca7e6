import { describe, expect, test } from "vitest";
import { decideControlUrl } from "./decide-url.ts";

const secure = { insecure: false };
const insecure = { insecure: true };

describe("decideControlUrl", () => {
  test.each([
    ["https://door.example.com", "https://door.example.com"],
    ["https://door.example.com:8443/path?x=1", "https://door.example.com:8443"],
    ["http://127.0.0.1:8080", "http://127.0.0.1:8080"],
    ["http://127.1:8080/", "http://127.0.0.1:8080"],
    ["http://localhost:8080", "http://localhost:8080"],
    ["http://sallyport.localhost", "http://sallyport.localhost"],
    ["http://[::1]:8080", "http://[::1]:8080"],
  ])("allows %s", (text, url) => {
    expect(decideControlUrl(text, secure)).toEqual({ allowed: true, url });
  });

  test.each([
    "http://door.example.com",
    "http://10.0.0.1",
    "http://127.0.0.1.example.com",
    "http://localhost.example.com",
    "http://0.0.0.0",
  ])("refuses %s unless told that it may be read on the way", (text) => {
    expect(decideControlUrl(text, secure)).toMatchObject({ allowed: false });
    expect(decideControlUrl(text, insecure)).toMatchObject({ allowed: true });
  });

  test.each(["", "door", "ws://127.0.0.1", "file:///etc/passwd", "https://user:pass@door.example.com", "//x"])(
    "refuses %s in any case",
    (text) => {
      expect(decideControlUrl(text, insecure)).toMatchObject({ allowed: false });
    },
  );
});
