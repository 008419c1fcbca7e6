import { RemoteError } from "@sallyport/protocol";
import { expect, test } from "vitest";
import { TokenDesk } from "./token-desk.ts";

const answer = (machine_id: string, refused = false) => ({
  machine_id,
  machine_name: machine_id,
  token: refused ? null : `token of ${machine_id}`,
  error: refused ? { code: "MACHINE_OFFLINE", message: "It is offline" } : null,
});

test("tokens that are needed at the same time are asked for together, at most 100 a call", async () => {
  const calls: number[] = [];
  const desk = new TokenDesk(async (ids) => {
    calls.push(ids.length);
    return ids.map((id) => answer(id));
  });
  const ids = Array.from({ length: 120 }, (_, index) => `m${index}`);
  expect(await Promise.all(ids.map((id) => desk.token(id)))).toEqual(ids.map((id) => `token of ${id}`));
  expect(calls).toEqual([100, 20]);
  await desk.token("late");
  expect(calls).toEqual([100, 20, 1]);
});

test("a machine that cannot run it fails alone; a call that fails is everybody's failure", async () => {
  const desk = new TokenDesk(async (ids) => ids.map((id) => answer(id, id === "off")));
  const [on, off] = await Promise.allSettled([desk.token("on"), desk.token("off")]);
  expect(on.status).toBe("fulfilled");
  expect(off).toMatchObject({ status: "rejected", reason: { code: "MACHINE_OFFLINE", message: "It is offline" } });

  const broken = new TokenDesk(async () => {
    throw new RemoteError(403, { code: "FORBIDDEN", message: "No" });
  });
  const both = await Promise.allSettled([broken.token("a"), broken.token("b")]);
  expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
});
