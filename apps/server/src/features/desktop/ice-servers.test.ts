import { createHmac } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { iceServers } from "./ice-servers.ts";

const SESSION = "11111111-1111-4111-8111-111111111111";
const TURN = ["turn:turn.example.com:3478?transport=udp", "turns:turn.example.com:5349"];
const config = { stunUrls: ["stun:stun.example.com"], turnUrls: TURN, turnSecret: "north", turnTtlSeconds: 600 };

test("R-33 coturn's time-limited credentials, against openssl's HMAC", () => {
  // printf '%s' "$username" | openssl dgst -sha1 -hmac north -binary | base64
  expect(iceServers(config, SESSION, 1_433_895_318_999)).toEqual({
    servers: [
      { urls: ["stun:stun.example.com"] },
      { urls: TURN, username: `1433895918:${SESSION}`, credential: "4U9QT4xMy9JedOCi14QRKlRVBvg=" },
    ],
    expiresIn: 600,
  });
});

test("without a relay there are no credentials, and without anything there is nothing", () => {
  const none = { stunUrls: [], turnUrls: [], turnSecret: undefined, turnTtlSeconds: 600 };
  expect(iceServers(none, SESSION, 0)).toEqual({ servers: [], expiresIn: null });
  expect(iceServers({ ...none, stunUrls: ["stun:a"] }, SESSION, 0)).toEqual({
    servers: [{ urls: ["stun:a"] }],
    expiresIn: null,
  });
});

test("each credential is of its own session and time, and verifies as the relay computes it", () => {
  fc.assert(
    fc.property(fc.uuid(), fc.nat(4e12), fc.integer({ min: 60, max: 604_800 }), (session, now, turnTtlSeconds) => {
      const { servers } = iceServers({ ...config, turnTtlSeconds }, session, now);
      const { username = "", credential } = servers[1] ?? {};
      expect(username).toBe(`${Math.floor(now / 1_000) + turnTtlSeconds}:${session}`);
      expect(credential).toBe(createHmac("sha1", "north").update(username).digest("base64"));
    }),
  );
});
