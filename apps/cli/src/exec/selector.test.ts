import fc from "fast-check";
import { expect, test } from "vitest";
import { parseSelector, type Selectable } from "./selector.ts";

const hub: Selectable = { id: "1", node_name: "hub-1", agent_id: "hub-one", type: "hub", tags: ["prod", "eu"] };
const spoke: Selectable = { id: "2", node_name: "spoke-1", agent_id: "spoke-1", type: "spoke", tags: [] };

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
      expect(holds({ ...spoke, node_name: name, agent_id: name })).toBe(true);
      expect(holds({ ...spoke, node_name: other, agent_id: other })).toBe(other.toLowerCase() === name.toLowerCase());
    }),
  );
});
