import { networkInterfaces } from "node:os";
import { parseTarget } from "@sallyport/diagnostics";
import { expect, test } from "vitest";
import { parseSubnet, type Subnet } from "../../platform/subnet.ts";
import { Aim } from "./aim.ts";

/** A resolver whose answers change from one question to the next; the last one stays. */
function resolver(answers: Record<string, string[][]>) {
  const asked: string[] = [];
  const resolve = async (name: string) => {
    asked.push(name);
    const [first, ...later] = answers[name] ?? [];
    if (!first) throw Object.assign(new Error("no such host"), { code: "ENOTFOUND" });
    if (later.length > 0) answers[name] = later;
    return first;
  };
  return { resolve, asked };
}

const aimWith = (answers: Record<string, string[][]>, options: { allowed?: Subnet[]; services?: string[] } = {}) =>
  new Aim({ allowed: [], services: [], ...options, resolve: resolver(answers).resolve });

test("R-28 the tool gets the address that was checked, and the name is not asked for again", async () => {
  // Rebinding: the first answer is public, the second is not.
  const { resolve, asked } = resolver({ "rebind.example": [["93.184.216.34"], ["127.0.0.1"]] });
  const aim = new Aim({ allowed: [], services: [], resolve });
  expect(await aim.at(parseTarget("rebind.example"))).toEqual({ kind: "ipv4", text: "93.184.216.34" });
  expect(asked).toEqual(["rebind.example"]);
  await expect(aim.at(parseTarget("rebind.example"))).rejects.toMatchObject({ code: "TARGET_NOT_ALLOWED" });
});

test("R-28 one address that may not be reached is enough to refuse a name", async () => {
  const aim = aimWith({ "mixed.example": [["93.184.216.34", "10.0.0.5"]], "v6.example": [["2600:9::1", "::1"]] });
  await expect(aim.at(parseTarget("mixed.example"))).rejects.toMatchObject({
    code: "TARGET_NOT_ALLOWED",
    message: expect.stringContaining("mixed.example (10.0.0.5), a private address"),
  });
  await expect(aim.at(parseTarget("v6.example"))).rejects.toMatchObject({ code: "TARGET_NOT_ALLOWED" });
});

test.each(["fe80::1%eth0", "not an address", ""])("R-28 a resolver's %j is refused", async (address) => {
  await expect(aimWith({ "odd.example": [[address]] }).at(parseTarget("odd.example"))).rejects.toMatchObject({
    code: "TARGET_NOT_ALLOWED",
  });
});

test("R-28 the refusal says how to allow it, or that nothing does", async () => {
  const aim = aimWith({});
  await expect(aim.at(parseTarget("10.0.0.1"))).rejects.toThrow(/TROUBLESHOOT_ALLOW/);
  await expect(aim.at(parseTarget("169.254.169.254"))).rejects.toThrow(/no setting allows that/);
});

test("R-28 where the server keeps its data is refused by any name, even if its network is allowed", async () => {
  const answers = { "db.internal": [["10.0.0.9"]], "alias.example": [["10.0.0.9"]], "logs.example": [["9.9.9.1"]] };
  const aim = aimWith(answers, {
    allowed: [parseSubnet("10.0.0.0/8") as Subnet],
    services: [
      "postgres://u:p@db.internal:5432/x",
      "nats://[2600:9::4]:4222",
      "https://logs.example",
      "nats://gone.example",
    ],
  });
  const { message } = (await aim.at(parseTarget("alias.example")).catch((error: Error) => error)) as Error;
  expect(message).toContain("where this server keeps its data");
  for (const text of ["10.0.0.9", "9.9.9.1"]) {
    await expect(aim.at(parseTarget(text))).rejects.toMatchObject({ code: "TARGET_NOT_ALLOWED" });
  }
  expect(await aim.at(parseTarget("10.0.0.8"))).toEqual({ kind: "ipv4", text: "10.0.0.8" });
});

test("R-28 the networks that this server is in are refused", async () => {
  const own = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  for (const { address } of own.filter(({ address }) => !address.startsWith("fe80"))) {
    await expect(aimWith({}).at(parseTarget(address))).rejects.toMatchObject({ code: "TARGET_NOT_ALLOWED" });
  }
});

test("a name that leads nowhere says so", async () => {
  await expect(aimWith({}).at(parseTarget("nosuch.example"))).rejects.toThrow(
    "nosuch.example cannot be resolved: ENOTFOUND",
  );
  await expect(aimWith({ "empty.example": [[]] }).at(parseTarget("empty.example"))).rejects.toThrow("has no address");
});

test("R-28 the system's resolver is what is asked otherwise", async () => {
  const aim = new Aim({ allowed: [], services: [] });
  await expect(aim.at(parseTarget("localhost"))).rejects.toThrow(/localhost \((127\.0\.0\.1|::1)\)/);
});
