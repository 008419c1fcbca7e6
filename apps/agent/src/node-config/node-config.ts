/**
 * What a node's YAML file says: `/etc/gatekey/gateway.yaml`, `hub.yaml`, `spoke.yaml` (GK-011 to GK-019). Strict: a key that
 * is not known, a value of another kind or a line that is no YAML is an error that says where and what was expected.
 */
import { decideControlUrl } from "@sallyport/client";
import {
  AgentId,
  CONSENT_POLICIES,
  HubEndpoint,
  kindOfToken,
  Name,
  NODE_TOKEN_PREFIXES,
  type NodeKind,
  Tags,
} from "@sallyport/protocol";
import { isMap, isNode, LineCounter, parseDocument, type YAMLMap } from "yaml";
import { z } from "zod";
import { type LogLevel, parseLogLevel } from "../platform/logger.ts";
import { nearest } from "./nearest.ts";

const LogLevelName = z.string().transform((text, context): LogLevel => {
  const level = parseLogLevel(text);
  if (level) return level;
  context.addIssue({ code: "custom", message: "expected debug, info, warn, error or silent" });
  return z.NEVER;
});

const DesktopConsentName = z.enum(CONSENT_POLICIES, { error: `expected ${CONSENT_POLICIES.join(", ")}` });

const Keys = z.strictObject({
  name: Name,
  control_plane_url: z.string(),
  token: z.string().optional(),
  /** A file that holds the token, so that the YAML need not be secret. */
  token_file: z.string().min(1).optional(),
  /** Absent is off: a node is opened to sessions by its owner's hand. */
  session_enabled: z.boolean().default(false),
  /** Whom this machine asks before its screen is shown; without it, as `ZTNA_DESKTOP_CONSENT` says. */
  desktop_consent: DesktopConsentName.optional(),
  hub_endpoint: HubEndpoint.optional(),
  agent_id: AgentId.optional(),
  tags: Tags.optional(),
  state_dir: z.string().min(1).optional(),
  log_level: LogLevelName.optional(),
  /** Allows a control plane at `http://` elsewhere than on this machine. */
  insecure: z.boolean().default(false),
});
type Keys = z.output<typeof Keys>;
const KNOWN_KEYS = Object.keys(Keys.shape);

export interface NodeConfig extends Omit<Keys, "control_plane_url" | "token"> {
  kind: NodeKind;
  controlUrl: string;
  token: string;
}

export type NodeConfigResult = { config: NodeConfig } | { problems: string[] };

/** Reads the text of a node's file. `readToken` reads a `token_file`; what it throws becomes a problem. */
export function parseNodeConfig(
  text: string,
  { file, readToken }: { file: string; readToken: (path: string) => string },
): NodeConfigResult {
  const lines = new LineCounter();
  // What the parser would show of the text could be the token.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number | undefined) => `${file}:${offset === undefined ? 1 : lines.linePos(offset).line}`;
  const broken = document.errors.map(({ message, pos }) => `${at(pos[0])}: ${message}`);
  if (broken.length > 0) return { problems: broken };
  const map = document.contents;
  if (!isMap(map)) return { problems: [`${at(0)}: expected lines of the form 'key: value'`] };

  const where = (key: string) => at(keyOffset(map, key));
  const parsed = Keys.safeParse(toPlain(map));
  if (!parsed.success) return { problems: parsed.error.issues.flatMap((issue) => describe(issue, where)) };
  const keys = parsed.data;
  const problems: string[] = [];
  const control = decideControlUrl(keys.control_plane_url, { insecure: keys.insecure, permit: "set insecure: true" });
  if (!control.allowed) problems.push(`${where("control_plane_url")}: control_plane_url: ${control.reason}`);
  const token = tokenOf(keys, { where, readToken });
  if ("problem" in token) problems.push(token.problem);
  else if (keys.hub_endpoint !== undefined && token.kind !== "spoke") {
    problems.push(`${where("hub_endpoint")}: hub_endpoint is for spokes; the token is a ${token.kind}'s`);
  }
  if (problems.length > 0 || !control.allowed || "problem" in token) return { problems };
  const { control_plane_url: _url, token: _token, ...rest } = keys;
  return { config: { ...rest, ...token, controlUrl: control.url } };
}

function tokenOf(
  { token, token_file }: Keys,
  { where, readToken }: { where: (key: string) => string; readToken: (path: string) => string },
): { kind: NodeKind; token: string } | { problem: string } {
  if ((token === undefined) === (token_file === undefined)) {
    const given = token === undefined ? "neither is there" : "both are there";
    return { problem: `${where("token")}: expected either token or token_file; ${given}` };
  }
  const key = token === undefined ? "token_file" : "token";
  try {
    const text = (token ?? readToken(token_file ?? "")).trim();
    const kind = kindOfToken(text);
    if (kind) return { kind, token: text };
    const prefixes = Object.values(NODE_TOKEN_PREFIXES).join(", ");
    return { problem: `${where(key)}: ${key}: expected a token that begins with one of ${prefixes}` };
  } catch (error) {
    return { problem: `${where(key)}: ${key}: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** A value that is itself a map, an alias or a tag is none of ours, and is refused by its kind. */
const toPlain = (map: YAMLMap): Record<string, unknown> => {
  try {
    return map.toJSON() as Record<string, unknown>;
  } catch {
    // An alias without an anchor, for example.
    return Object.fromEntries(map.items.map(({ key }) => [String(key), {}]));
  }
};

function keyOffset(map: YAMLMap, name: string): number | undefined {
  const pair = map.items.find(({ key }) => String(key) === name);
  return isNode(pair?.key) ? pair.key.range?.[0] : undefined;
}

function describe(issue: z.core.$ZodIssue, where: (key: string) => string): string[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => {
      const near = nearest(key, KNOWN_KEYS);
      const hint = near ? `did you mean ${near}?` : `expected one of ${KNOWN_KEYS.join(", ")}`;
      return `${where(key)}: unknown key ${shown(key)}; ${hint}`;
    });
  }
  const key = issue.path.map(String).join(".");
  const expected = issue.code === "invalid_type" ? (EXPECTED[issue.expected] ?? issue.message) : issue.message;
  return [`${where(String(issue.path[0]))}: ${key}: ${expected}`];
}

/** A token that slipped into the place of a key is not shown. */
const shown = (key: string): string =>
  /(gw|hub|spoke)_\S{16}/.test(key) ? "that looks like a token" : JSON.stringify(key.slice(0, 40));

const EXPECTED: Record<string, string> = {
  string: "expected text; put what looks like a number or a date in quotes",
  boolean: "expected true or false",
  array: "expected a list, such as [prod, west]",
};
