import { expect, test } from "vitest";
import { chooseIceServers } from "./ice-servers.ts";

test("one STUN and one TURN server are chosen, UDP before TCP, with the usual port where none is named", () => {
  const chosen = chooseIceServers([
    { urls: ["stun:stun.example.com"] },
    {
      urls: ["turns:turn.example.com:5349", "turn:turn.example.com:443?transport=tcp", "turn:turn.example.com:3479"],
      username: "u",
      credential: "c",
    },
  ]);
  expect(chosen.stun).toEqual({ host: "stun.example.com", port: 3478 });
  expect(chosen.turn).toEqual({ host: "turn.example.com", port: 3479, username: "u", credential: "c", overTcp: false });
});

test("TURN without credentials, and what is no address, are left out", () => {
  expect(chooseIceServers([{ urls: ["turn:turn.example.com", "stun:", "http://x", "stun:a b"] }])).toEqual({
    stun: undefined,
    turn: undefined,
  });
});
