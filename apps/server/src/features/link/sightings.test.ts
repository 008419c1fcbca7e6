import fc from "fast-check";
import { expect, test } from "vitest";
import { Sightings } from "./sightings.ts";

test("R-23 what comes back after another one took its place is a second agent", () => {
  const sightings = new Sightings();
  const backs = ["a", "a", "b", "b", "a", "b", "c"].map((id) => sightings.isBack("m", id));
  expect(backs).toEqual([false, false, false, false, true, true, false]);
  expect(sightings.isBack("another machine", "a")).toBe(false);
});

test("R-23 an agent that links and restarts as often as it likes is never suspected", () => {
  const sightings = new Sightings();
  fc.assert(
    fc.property(fc.uuid(), fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 20 }), (machineId, linksPerHost) => {
      for (const [host, links] of linksPerHost.entries()) {
        for (let link = 0; link < links; link++) expect(sightings.isBack(machineId, `host ${host}`)).toBe(false);
      }
    }),
  );
});
