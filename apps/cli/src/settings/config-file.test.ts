import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { editConfigFile, isReadableByOthers, readConfigFile } from "./config-file.ts";

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "gatekey-"));
  file = join(folder, "sub", "config.yaml");
});
afterEach(() => rm(folder, { recursive: true }));

test("GK-102 a file that is not there says nothing; one that is written is its owner's only", async () => {
  expect(await readConfigFile(file)).toEqual({});
  await editConfigFile(file, (document) => document.setIn(["profiles", "prod", "api_key"], "gk_1"));
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await isReadableByOthers(file)).toBe(false);
  expect(await readConfigFile(file)).toEqual({ profiles: { prod: { api_key: "gk_1" } } });
});

test("GK-102 a change keeps comments and everything else", async () => {
  const other = join(folder, "config.yaml");
  await writeFile(other, "# ours\nserver_url: https://a.example.com # the old one\noutput: json\n");
  await editConfigFile(other, (document) => document.setIn(["output"], "yaml"));
  expect(await readFile(other, "utf8")).toBe("# ours\nserver_url: https://a.example.com # the old one\noutput: yaml\n");
});

test.each([
  ["sever_url: x", "unknown key sever_url"],
  ["profiles: { prod: { server: x } }", "unknown key profiles.prod.server"],
  ["output: xml", "output: "],
  ["profiles: { '../x': {} }", "profiles"],
  ["- a list", "expected object"],
  ["a: [", "config.yaml: "],
])("GK-109 %j is refused, with what is wrong", async (text, said) => {
  const other = join(folder, "config.yaml");
  await writeFile(other, text);
  await expect(readConfigFile(other)).rejects.toThrow(said);
});

test("nothing is written when the result would not be valid", async () => {
  await expect(editConfigFile(file, (document) => document.setIn(["output"], "xml"))).rejects.toThrow("output");
  await expect(stat(file)).rejects.toThrow("ENOENT");
});
