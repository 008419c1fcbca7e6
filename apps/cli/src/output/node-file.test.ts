/** What `@sallyport/client` writes is read by the agent with a real YAML parser; the CLI has one, and prints the file. */
import { nodeFile } from "@sallyport/client";
import { Name, type NodeView } from "@sallyport/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parse } from "yaml";

const node: NodeView & { token: string } = {
  id: "0f0f0f0f-9f6c-4b8e-8a52-6f1f5f0c1d11",
  org_id: "0f0f0f0f-9f6c-4b8e-8a52-6f1f5f0c1d12",
  name: "spoke-datacenter",
  type: "spoke",
  agent_id: "spoke-dc",
  status: "offline",
  connected_at: null,
  session_enabled: true,
  agent_session_enabled: false,
  hub_endpoint: null,
  tags: [],
  tailnet_ip: "100.64.0.1",
  os: null,
  version: null,
  last_seen: null,
  created_at: "2026-11-26T12:00:00.000Z",
  token: "spoke_xxxxx",
};

test("whatever a node is called, its file says so to a YAML parser", () => {
  const anyName = fc
    .oneof(
      fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }),
      fc.stringMatching(/^[-\w:.#~'"!&*?|>%@`{}[\], ]{1,12}$/),
      fc.constantFrom("yes", "Off", "null", "~", "1e3", "0x1", "12:30:45", ".inf", "2026-11-26", "=", "<<"),
    )
    .filter((name) => Name.safeParse(name).success);
  fc.assert(
    fc.property(anyName, (text) => {
      const name = Name.parse(text);
      for (const version of ["1.1", "1.2"] as const) {
        expect(parse(nodeFile({ ...node, name }, "https://a.example"), { version })).toEqual({
          name,
          control_plane_url: "https://a.example",
          token: "spoke_xxxxx",
          session_enabled: true,
        });
      }
    }),
  );
});
