import { describe, expect, test } from "vitest";
import { buildWsUrl, newReattachToken, shellSocket } from "./shell-socket.ts";

const ACCESS = { baseUrl: "https://door.example", accessToken: "jwt", orgId: "o", machineId: "m" };

describe("the address and subprotocols of a shell socket", () => {
  test("a new session shows its shell token, and no secret is in the address", () => {
    const size = { cols: 132, rows: 43 };
    expect(shellSocket({ ...ACCESS, shellToken: "shell", reattachToken: "again", size })).toEqual({
      url: "wss://door.example/api/remote-shell/ws?org_id=o&machine_id=m&cols=132&rows=43",
      protocols: ["sallyport.v1", "sallyport.jwt.jwt", "sallyport.reattach.again", "sallyport.shell-token.shell"],
    });
  });

  test("a session that runs is named, with what the window has", () => {
    expect(shellSocket({ ...ACCESS, sessionId: "s", have: 0, takeOver: true, reattachToken: "again" })).toEqual({
      url: "wss://door.example/api/remote-shell/ws?org_id=o&machine_id=m&session_id=s&have=0&takeover=1",
      protocols: ["sallyport.v1", "sallyport.jwt.jwt", "sallyport.reattach.again"],
    });
  });

  test("a window that has nothing does not say what it has", () => {
    const { url } = shellSocket({ ...ACCESS, sessionId: "s", have: undefined, takeOver: false });
    expect(url).toBe("wss://door.example/api/remote-shell/ws?org_id=o&machine_id=m&session_id=s");
  });

  test("a reattach token is 32 bytes in base64url, always others", () => {
    const tokens = Array.from({ length: 50 }, newReattachToken);
    for (const token of tokens) expect(token).toMatch(/^[\w-]{43}$/);
    expect(new Set(tokens).size).toBe(50);
  });

  test("the documented address stays as it is", () => {
    expect(buildWsUrl({ ...ACCESS, shellToken: "shell" })).toBe(
      "wss://door.example/api/remote-shell/ws?token=jwt&org_id=o&machine_id=m&shell_token=shell",
    );
  });
});
