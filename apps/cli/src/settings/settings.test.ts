import { AppError } from "@sallyport/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type ConfigFile, DEFAULT_PROFILE } from "./config-file.ts";
import { type Environment, type Flags, resolveSettings } from "./settings.ts";

const resolve = (file: ConfigFile, flags: Flags = {}, env: Environment = {}, apiKeyOfEnv?: string) =>
  resolveSettings({ flags, env, file, configFile: "/home/ann/.gatekey-admin/config.yaml", apiKeyOfEnv });

const A = "https://a.example.com";
const B = "https://b.example.com";

test("GK-102 an option wins over a variable, that over the profile, that over the file, that over what is built in", () => {
  const file: ConfigFile = {
    server_url: "https://file.example.com",
    profiles: { p: { server_url: "https://p.example.com" } },
  };
  expect(resolve({}).server).toBe("http://127.0.0.1:8080");
  expect(resolve(file).server).toBe("https://file.example.com");
  expect(resolve(file, { profile: "p" }).server).toBe("https://p.example.com");
  expect(resolve({ ...file, current_profile: "p" }).server).toBe("https://p.example.com");
  expect(resolve(file, {}, { GATEKEY_PROFILE: "p" }).server).toBe("https://p.example.com");
  expect(resolve(file, { profile: DEFAULT_PROFILE }, { GATEKEY_PROFILE: "p" }).server).toBe("https://file.example.com");
  expect(resolve(file, { profile: "p" }, { GATEKEY_SERVER: "https://env.example.com" }).server).toBe(
    "https://env.example.com",
  );
  expect(resolve(file, { server: A }, { GATEKEY_SERVER: "https://env.example.com" }).server).toBe(A);
});

test("GK-102 output, organisation and key follow the same order", () => {
  const file: ConfigFile = {
    server_url: A,
    output: "yaml",
    org: "file",
    api_key: "gk_file",
    profiles: { p: { org: "p" } },
  };
  expect(resolve(file, { profile: "p" })).toMatchObject({ output: "yaml", org: "p", apiKey: "gk_file" });
  expect(resolve(file, { output: "json" }, { GATEKEY_ORG: "env" }, "gk_env")).toMatchObject({
    output: "json",
    org: "env",
    apiKey: "gk_env",
  });
  expect(resolve(file, { apiKey: "gk_flag", org: "flag" }, {}, "gk_env")).toMatchObject({
    apiKey: "gk_flag",
    org: "flag",
  });
});

test("R-29 a stored key is used for the server that it is stored with, and for no other", () => {
  const file: ConfigFile = {
    server_url: A,
    api_key: "gk_a",
    profiles: { b: { server_url: B }, keyed: { api_key: "gk_k" } },
  };
  expect(resolve(file).apiKey).toBe("gk_a");
  expect(resolve(file, { server: B }).apiKey).toBeUndefined();
  expect(resolve(file, {}, { GATEKEY_SERVER: B }).apiKey).toBeUndefined();
  expect(resolve(file, { profile: "b" }).apiKey).toBeUndefined();
  expect(resolve(file, { profile: "keyed" }).apiKey).toBe("gk_k");
  expect(resolve(file, { profile: "keyed", server: B }).apiKey).toBeUndefined();
  expect(resolve(file, { server: `${A}:443/` }).apiKey).toBe("gk_a");
});

test("R-29 sign-ins of two servers or profiles are never in one file", () => {
  const file: ConfigFile = { profiles: { a: {}, b: {} } };
  const settings = fc.record({
    profile: fc.constantFrom("a", "b", DEFAULT_PROFILE),
    server: fc.constantFrom(A, B, `${A}:8443`, "http://127.0.0.1:8080", "http://localhost:8080"),
  });
  fc.assert(
    fc.property(settings, settings, (one, other) => {
      const isSame = one.profile === other.profile && one.server === other.server;
      expect(resolve(file, one).signInFile === resolve(file, other).signInFile).toBe(isSame);
    }),
  );
});

test("X-47 an address that is not encrypted is refused unless that is accepted, and then warned of", () => {
  const plain = "http://10.0.0.5:8080";
  expect(() => resolve({ server_url: plain })).toThrow(/refusing http:\/\/10\.0\.0\.5:8080: it is not encrypted/);
  expect(resolve({ server_url: plain, insecure: true }).warnings).toEqual([expect.stringContaining("not encrypted")]);
  expect(resolve({ server_url: plain }, { insecure: true }).warnings).toHaveLength(1);
  expect(resolve({}).warnings).toEqual([]);
});

test("GK-109 a profile that does not exist is said, with those that do", () => {
  expect(() => resolve({ profiles: { prod: {} } }, { profile: "prdo" })).toThrow(AppError);
  expect(() => resolve({ profiles: { prod: {} } }, { profile: "prdo" })).toThrow(
    /no profile prdo; known are default, prod/,
  );
});
