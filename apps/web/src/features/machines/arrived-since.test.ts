import { expect, test } from "vitest";
import { arrivedSince } from "./arrived-since.ts";
import { aMachine } from "./testing.ts";

const old = aMachine();
const away = aMachine({ status: "offline" });
const newcomer = aMachine();

test.each([
  ["nobody", [old, away], undefined],
  ["a newcomer that has not connected yet", [old, away, { ...newcomer, status: "offline" as const }], undefined],
  ["a newcomer", [old, newcomer, away], newcomer],
  ["one that enrolled again under its old id", [old, { ...away, status: "online" as const }], away],
  ["a newcomer rather than one that happened to return", [{ ...away, status: "online" as const }, newcomer], newcomer],
])("%s", (_, now, expected) => expect(arrivedSince([old, away], now)?.id).toBe(expected?.id));
