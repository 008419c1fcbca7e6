import { expect, test } from "vitest";
import { decideFirstWords } from "./decide-first-words.ts";

const open = { isNew: true, kind: "spoke", agentId: null, hubEndpoint: null, tags: [] };
const said = { agentId: "spoke-dc", hubEndpoint: "hub.example.com:1194", tags: ["prod", "dc", "prod"] };

test("X-29 GK-116 what the administrator left open is the agent's to say, once", () => {
  expect(decideFirstWords(open, said)).toEqual({ ...said, tags: ["dc", "prod"] });
  const later = { ...open, isNew: false };
  expect(decideFirstWords(later, said)).toEqual({ agentId: null, hubEndpoint: null, tags: [] });
});

test("H16 what the administrator said stays", () => {
  const known = { ...open, agentId: "west", hubEndpoint: "a:1", tags: ["lab"] };
  expect(decideFirstWords(known, said)).toEqual({ agentId: "west", hubEndpoint: "a:1", tags: ["lab"] });
});

test("a gateway or a hub has no hub, and an agent that says nothing changes nothing", () => {
  expect(decideFirstWords({ ...open, kind: "hub" }, said).hubEndpoint).toBeNull();
  expect(decideFirstWords(open, {})).toEqual({ agentId: null, hubEndpoint: null, tags: [] });
});
