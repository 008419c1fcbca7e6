/** `gatekey-admin`: configuration, sign-in, formats and errors, with the built program (GK-023, GK-101 to GK-105). */
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { hostname } from "node:os";
import { ERRORS } from "@sallyport/protocol";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { anyDatabase } from "../harness/postgres.ts";
import { Program, runProgram, temporaryFolder } from "../harness/programs.ts";
import { OWNER, System } from "../harness/system.ts";

let system: System;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;

beforeAll(async () => {
  system = await System.start(await anyDatabase());
  await system.register("db-1");
});
afterAll(() => system?.stop());
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

const file = () => `${folder.path}/config.yaml`;
const run = (args: string[], { input, env = {} }: { input?: string; env?: Record<string, string> } = {}) =>
  runProgram("gatekey-admin", args, { GATEKEY_CONFIG: file(), ...env }, input);
const login = (...args: string[]) =>
  run(["login", "--email", OWNER.email, "--server", system.url, ...args], { input: `${OWNER.password}\n` });

/** A server that is not ours, and what it was sent. */
async function elsewhere(answer: (url: string) => string | undefined = () => undefined) {
  const seen: { url: string; authorization: string | undefined; body: string }[] = [];
  const server: Server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on("end", () => {
      seen.push({ url: request.url ?? "", authorization: request.headers.authorization, body });
      const location = answer(request.url ?? "");
      response.writeHead(location ? 307 : 404, location ? { location } : {}).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, seen, close: () => new Promise((resolve) => server.close(resolve)) };
}

describe("configuration", () => {
  test("GK-102 init, set, show, profiles, use: what is said once counts from then on", async () => {
    expect((await run(["config", "init", "--server", system.url])).status).toBe(0);
    expect((await stat(file())).mode & 0o777).toBe(0o600);
    expect((await run(["config", "init", "--server", system.url])).status).toBe(ERRORS.INVALID_INPUT.exit);
    await run(["config", "init", "--profile", "staging", "--server", "https://staging.example.com"]);
    await run(["config", "set", "output", "yaml"]);
    const shown = await run(["config", "show"]);
    expect(parse(shown.stdout)).toMatchObject({ profile: "staging", server_url: "https://staging.example.com" });
    await run(["config", "use", "default"]);
    expect(JSON.parse((await run(["config", "show", "-o", "json"])).stdout)).toMatchObject({
      profile: "default",
      server_url: system.url,
    });
    expect(JSON.parse((await run(["config", "profiles", "-o", "json"])).stdout)).toEqual([
      { name: "default", server_url: system.url, in_use: true },
      { name: "staging", server_url: "https://staging.example.com", in_use: false },
    ]);
    await run(["config", "unset", "output", "--profile", "staging"]);
    expect(parse(await readFile(file(), "utf8"))).toEqual({
      server_url: system.url,
      profiles: { staging: { server_url: "https://staging.example.com" } },
    });
  });

  test("GK-102 secrets are never shown", async () => {
    const key = `gk_${"5".repeat(64)}`;
    await run(["config", "set", "api_key", "-"], { input: `${key}\n` });
    expect(parse(await readFile(file(), "utf8"))).toEqual({ api_key: key });
    for (const args of [
      ["config", "show"],
      ["config", "show", "-o", "json"],
      ["config", "profiles"],
    ]) {
      const { stdout, stderr } = await run(args);
      expect(stdout + stderr).not.toContain(key);
    }
    expect((await run(["config", "show"])).stdout).toContain("gk_55555555…");
  });

  test("GK-109 an unknown key is named, in the file and on the command line", async () => {
    await writeFile(file(), "sever_url: https://x.example.com\n");
    expect(await run(["machine", "list"])).toMatchObject({ status: 2, stderr: expect.stringContaining("sever_url") });
    expect(await run(["config", "set", "sever_url", "x"])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("server_url"),
    });
  });

  test("X-47 an address that is not encrypted is refused before anything is sent, and warned of when it is accepted", async () => {
    const plain = `http://${hostname()}.invalid:9`;
    const refused = await run(["machine", "list", "--server", plain, "--api-key", "gk_x"]);
    expect(refused).toMatchObject({ status: 2, stderr: expect.stringContaining("it is not encrypted") });
    const accepted = await run(["machine", "list", "--server", plain, "--api-key", "gk_x", "--insecure"]);
    expect(accepted).toMatchObject({ status: 255, stderr: expect.stringContaining("warning: ") });
  });
});

describe("signing in", () => {
  test("GK-065 GK-101 without a sign-in nothing is shown; with one everything is; after logout nothing again", async () => {
    const env = { GATEKEY_SERVER: system.url };
    expect(await run(["machine", "list"], { env })).toMatchObject({
      status: 3,
      stdout: "",
      stderr: expect.stringContaining("Not signed in"),
    });
    expect((await login()).status).toBe(0);
    // The server that was named is remembered.
    expect((await run(["machine", "list"])).stdout).toMatch(/^db-1 /m);
    expect((await run(["logout"])).status).toBe(0);
    expect((await run(["machine", "list"])).status).toBe(3);
  });

  test("GK-101 the tokens are in a private file beside the configuration, and not in it", async () => {
    await login();
    expect(await readFile(file(), "utf8")).toBe(`server_url: ${system.url}\n`);
    const [name = ""] = await readdir(`${folder.path}/config.sign-in`);
    const path = `${folder.path}/config.sign-in/${name}`;
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(path, "utf8"))).toMatchObject({ server: system.url });
  });

  test("GK-101 a wrong password is said, and needs no terminal", async () => {
    const wrong = await run(["login", "--email", OWNER.email, "--server", system.url], { input: "wrong\n" });
    expect(wrong).toMatchObject({ status: 3, stderr: expect.stringMatching(/^INVALID_CREDENTIALS: /m) });
  });

  test.each([
    ["its name", () => "deploy"],
    ["what is shown of it", (key: string) => `${key.slice(0, 11)}...`],
  ])("GK-101 an API key is made, stored, used, listed, and revoked by %s", async (_name, nameOf) => {
    await login();
    const made = await run(["api-key", "create", "deploy", "--role", "auditor", "--expires-days", "7"]);
    expect(made.stdout).toMatch(/^gk_[0-9a-f]{64}\n$/);
    const key = made.stdout.trim();

    const other = { env: { GATEKEY_CONFIG: `${folder.path}/other.yaml` } };
    const stored = await run(["login", "--server", system.url, "--api-key", "-"], { input: key, ...other });
    expect(stored).toMatchObject({ status: 0, stderr: expect.stringContaining("auditor in ") });
    const who = await run(["whoami", "-o", "json"], other);
    expect(JSON.parse(who.stdout)).toMatchObject({ org: { role: "auditor" }, means: "API key" });
    expect((await run(["session", "ps"], other)).status).toBe(ERRORS.FORBIDDEN.exit);

    expect((await run(["api-key", "list"])).stdout).toMatch(
      new RegExp(`deploy +${key.slice(0, 11)}\\.\\.\\. +auditor`),
    );
    const twin = await run(["api-key", "create", "deploy", "-o", "json"]);
    expect(await run(["api-key", "revoke", "deploy"])).toMatchObject({ status: 2 });
    expect((await run(["api-key", "revoke", JSON.parse(twin.stdout).id])).status).toBe(0);
    expect((await run(["whoami"], other)).status).toBe(0);
    expect(await run(["api-key", "revoke", nameOf(key)])).toMatchObject({
      status: 0,
      stderr: "Revoked deploy.\n",
    });
    expect(await run(["whoami"], other)).toMatchObject({ status: 3, stderr: expect.stringMatching(/^UNAUTHORIZED: /) });
    expect((await run(["logout"], other)).status).toBe(0);
    expect(parse(await readFile(`${folder.path}/other.yaml`, "utf8"))).toEqual({ server_url: system.url });
  });

  test("GK-102 a key may come from a variable, a file or an option", async () => {
    const { access_token: key } = await system.apiKey({ role: "member" });
    await writeFile(`${folder.path}/key`, `${key}\n`);
    const base = { GATEKEY_SERVER: system.url };
    for (const env of [{ GATEKEY_API_KEY: key }, { GATEKEY_API_KEY_FILE: `${folder.path}/key` }]) {
      expect((await run(["machine", "list"], { env: { ...base, ...env } })).stdout).toMatch(/^db-1 /m);
    }
    expect((await run(["machine", "list", "--api-key", key], { env: base })).stdout).toMatch(/^db-1 /m);
    expect((await run(["--api-key", key, "machine", "list"], { env: base })).stdout).toMatch(/^db-1 /m);
  });

  test("GK-101 a key that is none is not stored, and one for another server than the profile's neither", async () => {
    const bad = await run(["login", "--server", system.url, "--api-key", `gk_${"0".repeat(64)}`]);
    expect(bad.status).toBe(3);
    await expect(stat(file())).rejects.toThrow("ENOENT");
    const { access_token: key } = await system.apiKey();
    await run(["config", "init", "--server", "https://other.example.com"]);
    const wrong = await run(["login", "--server", system.url, "--api-key", key]);
    expect(wrong).toMatchObject({ status: 2, stderr: expect.stringContaining("https://other.example.com") });
    expect(await readFile(file(), "utf8")).not.toContain(key);
  });

  test("GK-101 organisations are listed, and chosen by name", async () => {
    const person = await system.tenant();
    const name = `tenant ${person.user.email}`;
    const env = { GATEKEY_SERVER: system.url, GATEKEY_API_KEY: (await system.apiKey({}, person)).access_token };
    expect(JSON.parse((await run(["org", "list", "-o", "json"], { env })).stdout)).toEqual([
      expect.objectContaining({ id: person.orgId, name, role: "owner" }),
    ]);
    expect((await run(["machine", "list", "--org", name], { env })).status).toBe(0);
    expect(await run(["machine", "list", "--org", "nowhere"], { env })).toMatchObject({ status: 4 });
  });
});

describe("R-29 credentials go to the server that they are for, and nowhere else", () => {
  test("a redirect is not followed, with a sign-in or a key", async () => {
    const thief = await elsewhere();
    const door = await elsewhere((url) => `${thief.url}${url}`);
    const { access_token: key } = await system.apiKey();
    try {
      const answer = await run(["machine", "list", "--server", door.url, "--api-key", key]);
      expect(answer.status).toBe(255);
      const password = await run(["login", "--email", OWNER.email, "--server", door.url], { input: "secret\n" });
      expect(password.status).toBe(255);
      expect(door.seen.map(({ url }) => url)).toEqual(["/api/auth/me", "/api/auth/login"]);
      expect(thief.seen).toEqual([]);
    } finally {
      await Promise.all([door.close(), thief.close()]);
    }
  });

  test("another server than the one signed in to gets no token, whatever names it", async () => {
    await login();
    const { access_token: key } = await system.apiKey();
    await run(["config", "set", "api_key", "-"], { input: key });
    const thief = await elsewhere();
    try {
      for (const [args, env] of [
        [["--server", thief.url], {}],
        [[], { GATEKEY_SERVER: thief.url }],
      ] as [string[], Record<string, string>][]) {
        expect(await run(["machine", "list", ...args], { env })).toMatchObject({ status: 3 });
      }
      expect(thief.seen).toEqual([]);
    } finally {
      await thief.close();
    }
  });
});

describe("what is printed", () => {
  let env: Record<string, string>;
  beforeAll(async () => {
    env = { GATEKEY_SERVER: system.url, GATEKEY_API_KEY: (await system.apiKey()).access_token };
  });

  test("GK-104 results are on standard output, in four formats, with the same values in three", async () => {
    const [table, json, jsonl, yaml] = await Promise.all(
      ["table", "json", "jsonl", "yaml"].map((format) => run(["machine", "list", "-o", format], { env })),
    );
    expect(table?.stdout).toMatch(/^Name +Address +Status +Last seen +ID\ndb-1 /);
    const values = JSON.parse(json?.stdout ?? "");
    expect(values).toEqual([expect.objectContaining({ name: "db-1" })]);
    expect(jsonl?.stdout).toBe(`${JSON.stringify(values[0])}\n`);
    expect(parse(yaml?.stdout ?? "")).toEqual(values);
    for (const each of [table, json, jsonl, yaml]) expect(each?.stderr).toBe("");
  });

  test("GK-103 GK-104 GK-109 failures are on standard error, in the format of the output, with a documented status", async () => {
    const of = (format: string) => run(["session", "attach", "0000", "-o", format], { env });
    const body = { code: "NOT_FOUND", message: "Session 0000 not found", data: { what: "Session 0000" } };
    expect(await of("table")).toEqual({ status: 4, stdout: "", stderr: "NOT_FOUND: Session 0000 not found\n" });
    expect(JSON.parse((await of("json")).stderr)).toEqual({ error: body });
    expect((await of("jsonl")).stderr).toBe(`${JSON.stringify({ error: body })}\n`);
    expect(parse((await of("yaml")).stderr)).toEqual({ error: body });
    // Also where the format is in the file, and where the line itself is wrong.
    await writeFile(file(), "output: json\n");
    expect(JSON.parse((await run(["session", "attach", "0000"], { env })).stderr)).toEqual({ error: body });
    const wrong = await run(["machine", "lst", "-o", "json"], { env });
    expect(wrong.status).toBe(2);
    expect(JSON.parse(wrong.stderr).error.code).toBe("INVALID_INPUT");
  });

  test.each([
    [["nonsense"], 2],
    [["machine", "list", "--nonsense"], 2],
    [["machine", "list", "-o", "xml"], 2],
    [["session"], 2],
    [["session", "attach"], 2],
    [["--help"], 0],
    [["session", "ps", "--help"], 0],
    [["--version"], 0],
    [["machine", "list", "--server", "http://127.0.0.1:9"], 255],
    [["machine", "list", "--api-key", "gk_none"], 3],
  ] as [string[], number][])("GK-103 %j ends with %i", async (args, status) => {
    expect((await run(args, { env })).status).toBe(status);
  });

  test("GK-104 no colour and no control characters where nobody is at a terminal", async () => {
    const { stdout, stderr } = await run(["machine", "list"], { env });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
    expect(stdout + stderr).not.toMatch(/[\0-\x09\x0b-\x1f\x7f]/);
  });

  test("GK-104 a reader that goes away ends it quietly", async () => {
    const program = new Program("gatekey-admin", ["--help"], {}, { under: [] });
    program.child.stdout?.destroy();
    await program.exited;
    expect(program.stderr).toBe("");
  });
});
