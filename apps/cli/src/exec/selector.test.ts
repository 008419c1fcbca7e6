import fc from "fast-check";
import { expect, test } from "vitest";
import { parseSelector } from "./selector.ts";

const hub = { id: "1", name: "hub-1", agentId: "hub-one", kind: "hub", tags: ["prod", "eu"] };
const spoke = { id: "2", name: "spoke-1", agentId: "spoke-1", kind: "spoke", tags: [] };

test.each([
  ["kind=hub", true, false],
  ["kind=hub,tag=prod", true, false],
  ["kind=hub, tag=test", false, false],
  ["name=*-1", true, true],
  ["name=HUB-ONE", true, false],
  ["tag!=prod", false, true],
  ["kind!=gateway", true, true],
  ["id=2", false, true],
])("%s", (text, isHub, isSpoke) => {
  const holds = parseSelector(text);
  expect([holds(hub), holds(spoke)]).toEqual([isHub, isSpoke]);
});

test.each(["", "hub", "kind", "kind=", "colour=red", "kind=hub,", "__proto__=x", "=x"])("'%s' is refused", (text) => {
  expect(() => parseSelector(text)).toThrow(/is no condition; write key=value/);
});

test("a name without a star selects itself and nothing else, whatever is in it", () => {
  const anyName = fc.stringMatching(/^[!-~]+$/).filter((name) => !/[,*]/.test(name));
  fc.assert(
    fc.property(anyName, anyName, (name, other) => {
      const holds = parseSelector(`name=${name}`);
      expect(holds({ ...spoke, name, agentId: name })).toBe(true);
      expect(holds({ ...spoke, name: other, agentId: other })).toBe(other.toLowerCase() === name.toLowerCase());
    }),
  );
});
