import { expect, test } from "vitest";
import { decideSessionsOff } from "./decide-sessions-off.ts";

test.each([
  [true, true, undefined],
  [true, false, "its own"],
  [false, true, "ours"],
  [false, false, "ours"],
])(
  "X-30 GK-113 with ours %s and its own %s, sessions are kept off by %s",
  (sessionEnabled, agentSessionEnabled, by) => {
    expect(decideSessionsOff({ sessionEnabled, agentSessionEnabled })).toBe(by);
  },
);
