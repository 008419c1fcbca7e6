/** Signing a program in with the browser (RFC 8628): what the server gives to whom, once. */
import { HttpClient } from "@sallyport/client";
import {
  authApi,
  DEVICE_CODE_FAILURES,
  DEVICE_SIGN_IN_SECONDS,
  deviceApi,
  type ERRORS,
  RemoteError,
} from "@sallyport/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Person } from "../harness/control-plane.ts";
import { freshDatabase } from "../harness/postgres.ts";
import { DATABASES, System } from "../harness/system.ts";

const refused = (code: keyof typeof ERRORS) => expect.objectContaining({ code });

describe.each(DATABASES)("on %s", (_, url) => {
  let system: System;
  beforeAll(async () => {
    system = await System.start({ TRUST_PROXY: "loopback", ...(url && { DATABASE_URL: await freshDatabase(url) }) });
  });
  afterAll(() => system.stop());

  const start = (client_name?: string) =>
    system.anonymous().call(deviceApi.start, { body: { ...(client_name && { client_name }) } });
  const claim = (device_code: string) => system.anonymous().call(deviceApi.token, { body: { device_code } });
  const look = (user_code: string, who: Person = system.owner) =>
    who.api.call(deviceApi.pending, { body: { user_code } });
  const decide = (user_code: string, approve: boolean, who: Person = system.owner) =>
    who.api.call(deviceApi.decide, { body: { user_code, approve } });

  test("GK-101 it waits, is confirmed, and gives one sign-in, to whoever has the long code", async () => {
    const begun = await start("a program");
    expect(begun).toEqual({
      device_code: expect.stringMatching(/^[0-9a-f]{64}$/),
      user_code: expect.stringMatching(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/),
      verification_url: `${system.url}/device`,
      verification_url_complete: `${system.url}/device?code=${begun.user_code}`,
      expires_in: DEVICE_SIGN_IN_SECONDS,
      interval: expect.any(Number),
    });
    await expect(claim(begun.device_code)).rejects.toEqual(refused("SIGN_IN_PENDING"));
    expect(await look(begun.user_code)).toMatchObject({ client_name: "a program", ip_address: "127.0.0.1" });
    expect(await decide(begun.user_code, true)).toEqual({ approved: true });

    // Of many that ask at once, one is given it.
    const asked = await Promise.allSettled(Array.from({ length: 8 }, () => claim(begun.device_code)));
    const given = asked.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
    expect(given).toHaveLength(1);
    expect(given[0]?.user).toEqual(system.owner.user);
    const me = await system.as(given[0]?.access_token ?? "").call(authApi.me, {});
    expect(me.orgs).toEqual(system.owner.orgs);
    await expect(claim(begun.device_code)).rejects.toEqual(refused("SIGN_IN_EXPIRED"));
    await expect(look(begun.user_code)).rejects.toEqual(refused("NOT_FOUND"));
  });

  test("GK-101 it is decided once: of an approval and a refusal at the same time, one counts", async () => {
    for (let n = 0; n < 5; n++) {
      const { user_code, device_code } = await start();
      const [approved, refusal] = await Promise.allSettled([decide(user_code, true), decide(user_code, false)]);
      expect([approved.status, refusal.status].sort()).toEqual(["fulfilled", "rejected"]);
      const outcome = claim(device_code);
      if (approved.status === "fulfilled") await expect(outcome).resolves.toBeDefined();
      else await expect(outcome).rejects.toEqual(refused("SIGN_IN_REFUSED"));
    }
  });

  test("GK-101 who asks while it is confirmed is told to wait, or given the sign-in, and never that it is over", async () => {
    for (let n = 0; n < 20; n++) {
      const { user_code, device_code } = await start();
      const pollUntilDecided = async (): Promise<unknown> => {
        for (;;) {
          const outcome = await claim(device_code).catch((error: unknown) => error);
          if (!(outcome instanceof RemoteError && outcome.code === "SIGN_IN_PENDING")) return outcome;
        }
      };
      const [outcome] = await Promise.all([pollUntilDecided(), decide(user_code, true)]);
      expect(outcome).toMatchObject({ user: system.owner.user });
    }
  });

  test("GK-101 neither code is kept, and one that is too old is none", async () => {
    const { user_code, device_code } = await start();
    const rows = await system.sql("SELECT row_to_json(t)::text AS row FROM device_sign_ins t");
    expect(JSON.stringify(rows)).not.toContain(device_code);
    expect(JSON.stringify(rows)).not.toContain(user_code.replace("-", ""));
    await system.sql("UPDATE device_sign_ins SET expires_at = now()");
    await expect(claim(device_code)).rejects.toEqual(refused("SIGN_IN_EXPIRED"));
    await expect(decide(user_code, true)).rejects.toEqual(refused("NOT_FOUND"));
  });

  test("R-19 what was confirmed with a sign-in that has ended gives nothing", async () => {
    const person = await system.person("member");
    const { user_code, device_code } = await start();
    await decide(user_code, true, person);
    await person.api.call(authApi.logout, {});
    await expect(claim(device_code)).rejects.toEqual(refused("SIGN_IN_EXPIRED"));
  });

  test("R-10 an API key confirms nothing: it would become more than it is", async () => {
    const key = await system.apiKey();
    const { user_code } = await start();
    await expect(look(user_code, key)).rejects.toEqual(refused("FORBIDDEN"));
    await expect(decide(user_code, true, key)).rejects.toEqual(refused("FORBIDDEN"));
  });

  test("R-09 guesses are limited, and the right code of a person who has guessed too often does not help", async () => {
    const person = await system.person("member");
    const fromElsewhere: typeof fetch = (address, init) =>
      fetch(address, { ...init, headers: { ...init?.headers, "x-forwarded-for": "198.51.100.9" } });
    person.api = new HttpClient({ baseUrl: system.url, token: () => person.access_token, fetch: fromElsewhere });
    const { user_code } = await start();
    const guesses = await Promise.allSettled(
      Array.from({ length: DEVICE_CODE_FAILURES.count + 5 }, () => look("BBBB-BBBB", person)),
    );
    const codes = guesses.map((each) => (each.status === "rejected" ? each.reason.code : "found"));
    expect(codes.filter((code) => code === "NOT_FOUND")).toHaveLength(DEVICE_CODE_FAILURES.count);
    expect(codes.filter((code) => code === "RATE_LIMITED")).toHaveLength(5);
    await expect(decide(user_code, true, person)).rejects.toEqual(refused("RATE_LIMITED"));
  });
});
