import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { type NodeConfigResult, parseNodeConfig } from "./node-config.ts";

const TOKEN = `hub_${"x".repeat(43)}`;

const parse = (text: string, readToken: (path: string) => string = () => TOKEN): NodeConfigResult =>
  parseNodeConfig(text, { file: "hub.yaml", readToken });
const problemsOf = (text: string) => {
  const result = parse(text);
  return "problems" in result ? result.problems : [];
};
const hub = (more = "") => `name: hub-1\ncontrol_plane_url: https://vpn.company.com\ntoken: ${TOKEN}\n${more}`;

describe("the documented files are understood as they stand", () => {
  test.each([
    [
      "GK-012 GK-013 GK-019 gateway.yaml",
      `# /etc/gatekey/gateway.yaml
name: gateway-1
control_plane_url: https://vpn.company.com
token: gw_xxxxx

session_enabled: true
`,
      { kind: "gateway", name: "gateway-1", token: "gw_xxxxx" },
    ],
    [
      "GK-014 GK-015 hub.yaml",
      `# /etc/gatekey/hub.yaml
name: hub-1
control_plane_url: https://vpn.company.com
token: hub_xxxxx

session_enabled: true
`,
      { kind: "hub", name: "hub-1", token: "hub_xxxxx" },
    ],
    [
      "GK-016 GK-017 spoke.yaml",
      `# /etc/gatekey/spoke.yaml
name: spoke-datacenter
control_plane_url: https://vpn.company.com
hub_endpoint: hub.example.com:1194
token: spoke_xxxxx

session_enabled: true
`,
      { kind: "spoke", name: "spoke-datacenter", token: "spoke_xxxxx", hub_endpoint: "hub.example.com:1194" },
    ],
  ])("GK-018 %s", (_, text, expected) => {
    const config = { controlUrl: "https://vpn.company.com", session_enabled: true, insecure: false, ...expected };
    expect(parse(text)).toEqual({ config });
  });
});

test("GK-011 GK-077 GK-111 X-30 session_enabled is off where it is not set", () => {
  expect(parse(hub())).toMatchObject({ config: { session_enabled: false } });
  expect(parse(hub("session_enabled: false"))).toMatchObject({ config: { session_enabled: false } });
});

test("GK-127 the further keys", () => {
  const text = hub('agent_id: hub-west\nstate_dir: /srv/hub\nlog_level: DEBUG\ntags: [Prod, "tag:west"]\n');
  expect(parse(text)).toMatchObject({
    config: { agent_id: "hub-west", state_dir: "/srv/hub", log_level: "debug", tags: ["prod", "west"] },
  });
});

describe("GK-127 what is wrong is told with its key, its line and what was expected", () => {
  test.each([
    [hub("session_enable: true"), 'hub.yaml:4: unknown key "session_enable"; did you mean session_enabled?'],
    [hub("colour: red"), /^hub.yaml:4: unknown key "colour"; expected one of name, control_plane_url, token, /],
    [hub("session_enabled: yes"), "hub.yaml:4: session_enabled: expected true or false"],
    [hub("session_enabled:"), "hub.yaml:4: session_enabled: expected true or false"],
    [hub("\ntags: prod"), "hub.yaml:5: tags: expected a list, such as [prod, west]"],
    [hub("tags: [a b]"), "hub.yaml:4: tags.0: must be letters, digits, '.', '_' and '-'"],
    [hub("log_level: loud"), "hub.yaml:4: log_level: expected debug, info, warn, error or silent"],
    [hub("agent_id: a b"), "hub.yaml:4: agent_id: must be letters, digits, '.', '_' and '-'"],
    [hub("hub_endpoint: hub.example.com:1194"), "hub.yaml:4: hub_endpoint is for spokes; the token is a hub's"],
    [hub("hub_endpoint: nowhere"), "hub.yaml:4: hub_endpoint: must be HOST:PORT, such as hub.example.com:1194"],
    [hub("token_file: /x"), "hub.yaml:3: expected either token or token_file; both are there"],
    [hub("name: again"), "hub.yaml:4: Map keys must be unique"],
    [hub("state_dir: *nowhere"), /^hub.yaml:\d: /],
    [hub().replace("hub-1", "42"), /^hub.yaml:1: name: expected text; put what looks like a number/],
    [hub().replace("https", "http"), /^hub.yaml:2: control_plane_url: refusing http:.*set insecure: true/],
    [
      hub().replace("hub_", "tskey-auth-"),
      "hub.yaml:3: token: expected a token that begins with one of gw_, hub_, spoke_",
    ],
    ["control_plane_url: https://a.example\ntoken: hub_x", /^hub.yaml:1: name: expected text/],
    ["name: a\ncontrol_plane_url: https://a.example", /expected either token or token_file; neither is there/],
    ["", "hub.yaml:1: expected lines of the form 'key: value'"],
    ["- a\n- b", "hub.yaml:1: expected lines of the form 'key: value'"],
    ["name: [", /^hub.yaml:\d: /],
    ["name: a\n---\nname: b\n", /^hub.yaml:2: /],
  ])("%j", (text, problem) => {
    expect(problemsOf(text)[0]).toEqual(typeof problem === "string" ? problem : expect.stringMatching(problem));
  });

  test("all of it at once", () => {
    expect(problemsOf("nam: a\ncontrol_plane_ur: b\ntoken: hub_x\n")).toHaveLength(4);
  });

  test("never with the token", () => {
    for (const text of [`token: [${TOKEN}]`, `token: "${TOKEN}`, `token: {a: ${TOKEN}`, `? ${TOKEN}`, `x${TOKEN}`]) {
      const said = problemsOf(`${text}\nname: a\n`).join("\n");
      expect(said).not.toBe("");
      expect(said).not.toContain(TOKEN);
    }
  });
});

test("X-47 plain http is for this machine, or for those who say so", () => {
  expect(parse(hub().replace("https://vpn.company.com", "http://127.0.0.1:8080"))).toMatchObject({
    config: { controlUrl: "http://127.0.0.1:8080" },
  });
  expect(parse(hub("insecure: true").replace("https", "http"))).toMatchObject({ config: { insecure: true } });
});

describe("token_file", () => {
  const text = "name: hub-1\ncontrol_plane_url: https://a.example\ntoken_file: /run/token\n";

  test("holds the token, with or without the end of its line", () => {
    expect(parse(text, (path) => (path === "/run/token" ? `${TOKEN}\n` : ""))).toMatchObject({
      config: { token: TOKEN, kind: "hub" },
    });
  });

  test("that cannot be read is a problem of its line", () => {
    const result = parse(text, () => {
      throw new Error("no such file");
    });
    expect(result).toEqual({ problems: ["hub.yaml:3: token_file: no such file"] });
  });
});

test("whatever is in the file is understood or refused, never thrown at", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => void problemsOf(text)));
  const key = fc.constantFrom(
    "name",
    "control_plane_url",
    "token",
    "session_enabled",
    "tags",
    "insecure",
    "hub_endpoint",
  );
  fc.assert(
    fc.property(fc.dictionary(key, fc.jsonValue()), (values) => {
      const result = parse(stringify(values));
      expect("config" in result || result.problems.length > 0).toBe(true);
    }),
  );
});
