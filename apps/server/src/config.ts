/** The only reader of the environment. Fails with a list of everything that is wrong, in words. */
import { resolve } from "node:path";
import { AUDIT_CLASSES, AuditClass, Plan } from "@sallyport/protocol";
import { z } from "zod";
import { parseSubnet, type Subnet } from "./platform/subnet.ts";

const PORT = z.coerce.number().int().min(0).max(65_535);
const positive = (otherwise: number) => z.coerce.number().int().positive().default(otherwise);
const HTTP_URL = z.url({ protocol: /^https?$/ });

/** `denied=90,access=365`: days per class; a class that is not named is kept for ever. */
const Retention = z
  .string()
  .transform((list) => Object.fromEntries(list.split(",").map((part) => part.trim().split("="))))
  .pipe(
    z.partialRecord(AuditClass, z.coerce.number().int().positive(), {
      error: `write class=days, such as denied=90,access=365; classes are ${AUDIT_CLASSES.join(", ")}`,
    }),
  );

/** What nobody routes on the Internet: RFC 1918, RFC 6598 (and so the tailnet), RFC 4193. */
const PRIVATE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"];

/** `private,203.0.113.0/24` */
const Subnets = z.string().transform((list, context): readonly Subnet[] => {
  const texts = list.split(",").flatMap((part) => (part.trim() === "private" ? PRIVATE : [part]));
  return texts.flatMap((text) => {
    const subnet = parseSubnet(text);
    if (!subnet) context.addIssue("write addresses, subnets or private, separated by commas");
    return subnet ? [subnet] : [];
  });
});

/** `stun:HOST`, `turns:HOST:PORT?transport=tcp` (RFC 7064, RFC 7065), separated by commas. */
const iceUrls = (schemes: string) =>
  z
    .string()
    .transform((list) => list.split(",").map((url) => url.trim()))
    .pipe(
      z.array(
        z
          .string()
          .max(512)
          .regex(
            new RegExp(`^(?:${schemes}):(?:[\\w.-]+|\\[[\\da-fA-F:.]+\\])(?::\\d{1,5})?(?:\\?transport=(?:udp|tcp))?$`),
            `write ${schemes.replace("|", ": or ")}: and a host, such as ${schemes.split("|")[0]}:host.example.com:3478`,
          ),
      ),
    );

const Environment = z.object({
  HOST: z.string().default("127.0.0.1"),
  PORT: PORT.default(8080),
  PUBLIC_URL: HTTP_URL.optional(),
  NODE_URL: HTTP_URL.optional(),
  ALLOWED_ORIGINS: z
    .string()
    .transform((list) => list.split(",").map((origin) => origin.trim()))
    .pipe(z.array(HTTP_URL))
    .optional(),
  DATA_DIR: z.string().default("./data"),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  NATS_URL: z.url({ protocol: /^(nats|tls)$/, error: "must be nats://HOST:PORT or tls://HOST:PORT" }).optional(),
  SESSION_GRACE_SECONDS: z.coerce.number().int().nonnegative().default(86_400),
  ADMIN_EMAIL: z.string().toLowerCase().default("admin@localhost"),
  ADMIN_PASSWORD: z.string().min(8).optional(),
  DEFAULT_PLAN: Plan.default("enterprise"),
  SESSION_TOKEN_SECRET: z
    .string()
    .regex(/^[0-9a-fA-F]{64}$/, "must be 64 hexadecimal characters; make one with: openssl rand -hex 32")
    .optional(),
  SESSION_EXPIRY_SECONDS: positive(300),
  RATE_LIMIT_TOKENS: positive(100),
  RATE_LIMIT_BURST: z.coerce.number().int().nonnegative().default(20),
  CLOCK_SKEW_TOLERANCE: positive(60),
  HEARTBEAT_TIMEOUT_SECONDS: positive(90),
  ACCESS_TOKEN_SECONDS: positive(86_400),
  CRON_SECRET: z.string().regex(/^\S+$/, "must have no spaces").optional(),
  ENFORCE_EXPIRY_SECONDS: z.coerce.number().int().min(0).max(86_400).default(300),
  LOKI_URL: HTTP_URL.optional(),
  LOKI_TENANT: z.string().optional(),
  AUDIT_RETENTION_DAYS: Retention.default({}),
  TROUBLESHOOT_ALLOW: Subnets.optional(),
  TROUBLESHOOT_TOOLS: z
    .string()
    .transform((list) => list.split(":"))
    .pipe(z.array(z.string().startsWith("/", "write absolute folders, separated by colons")))
    .optional(),
  STUN_URLS: iceUrls("stun|stuns").optional(),
  TURN_URLS: iceUrls("turn|turns").optional(),
  TURN_SECRET: z.string().min(8).optional(),
  TURN_TTL_SECONDS: z.coerce
    .number()
    .int()
    .min(300)
    .max(7 * 86_400)
    .default(86_400),
  TRUST_PROXY: z.string().default("off"),
  LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"]).default("info"),
});

export interface Config {
  host: string;
  port: number;
  /** Origin that people use; undefined until the port is known when PORT is 0. */
  publicUrl: string | undefined;
  nodeUrl: string | undefined;
  allowedOrigins: readonly string[];
  dataDir: string;
  databaseUrl: string | undefined;
  natsUrl: string | undefined;
  /** How long a session waits for a viewer when it has none. */
  sessionGraceSeconds: number;
  adminEmail: string;
  adminPassword: string | undefined;
  defaultPlan: Plan;
  sessionTokenSecret: string | undefined;
  sessionExpirySeconds: number;
  rateLimitTokens: number;
  rateLimitBurst: number;
  clockSkewToleranceSeconds: number;
  heartbeatTimeoutSeconds: number;
  accessTokenSeconds: number;
  /** Lets a scheduler elsewhere call `enforce-key-expiry`. */
  cronSecret: string | undefined;
  /** How often this node does so by itself; 0 for never. */
  enforceExpirySeconds: number;
  lokiUrl: string | undefined;
  /** `X-Scope-OrgID` of a Loki with several tenants. */
  lokiTenant: string | undefined;
  /** Days that audit rows of a class are kept; those of other classes for ever. */
  auditRetentionDays: Partial<Record<AuditClass, number>>;
  /** What the control plane's own diagnostics may reach beside the Internet. */
  troubleshootAllow: readonly Subnet[];
  /** Folders in which their tools are looked for, instead of the usual ones. */
  troubleshootTools: readonly string[] | undefined;
  /** Where desktops' viewers and machines learn their own addresses. */
  stunUrls: readonly string[];
  /** What relays desktops where no direct way is. */
  turnUrls: readonly string[];
  turnSecret: string | undefined;
  /** How long a relay's credentials last. */
  turnTtlSeconds: number;
  /** Addresses or subnets whose `X-Forwarded-*` is believed; empty for none. */
  trustProxy: readonly string[];
  logLevel: string;
}

export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

const LOOPBACK = ["127.0.0.0/8", "::1/128"];

function trusted(value: string): readonly string[] {
  if (value === "off" || value === "") return [];
  if (value === "loopback") return LOOPBACK;
  return value.split(",").map((part) => part.trim());
}

/** @throws ConfigError naming every variable that is wrong and what was expected; never its value. */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  // An empty variable is how shells and compose files say "not set".
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  const parsed = Environment.safeParse(set);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `  ${path.join(".")}: ${message}`);
    throw new ConfigError(`The configuration is not usable:\n${problems.join("\n")}`);
  }
  const value = parsed.data;
  if (value.NATS_URL && !(value.DATABASE_URL && value.SESSION_TOKEN_SECRET)) {
    throw new ConfigError(
      "The configuration is not usable:\n  NATS_URL: several nodes need one DATABASE_URL and one SESSION_TOKEN_SECRET",
    );
  }
  if (value.TURN_URLS && value.TURN_SECRET === undefined) {
    throw new ConfigError("The configuration is not usable:\n  TURN_SECRET: TURN_URLS needs the relay's shared secret");
  }
  return {
    host: value.HOST,
    port: value.PORT,
    publicUrl: value.PUBLIC_URL && new URL(value.PUBLIC_URL).origin,
    nodeUrl: value.NODE_URL && new URL(value.NODE_URL).origin,
    allowedOrigins: (value.ALLOWED_ORIGINS ?? []).map((origin) => new URL(origin).origin),
    dataDir: resolve(value.DATA_DIR),
    databaseUrl: value.DATABASE_URL,
    natsUrl: value.NATS_URL,
    sessionGraceSeconds: value.SESSION_GRACE_SECONDS,
    adminEmail: value.ADMIN_EMAIL,
    adminPassword: value.ADMIN_PASSWORD,
    defaultPlan: value.DEFAULT_PLAN,
    sessionTokenSecret: value.SESSION_TOKEN_SECRET?.toLowerCase(),
    sessionExpirySeconds: value.SESSION_EXPIRY_SECONDS,
    rateLimitTokens: value.RATE_LIMIT_TOKENS,
    rateLimitBurst: value.RATE_LIMIT_BURST,
    clockSkewToleranceSeconds: value.CLOCK_SKEW_TOLERANCE,
    heartbeatTimeoutSeconds: value.HEARTBEAT_TIMEOUT_SECONDS,
    accessTokenSeconds: value.ACCESS_TOKEN_SECONDS,
    cronSecret: value.CRON_SECRET,
    enforceExpirySeconds: value.ENFORCE_EXPIRY_SECONDS,
    lokiUrl: value.LOKI_URL,
    lokiTenant: value.LOKI_TENANT,
    auditRetentionDays: value.AUDIT_RETENTION_DAYS,
    troubleshootAllow: value.TROUBLESHOOT_ALLOW ?? [],
    troubleshootTools: value.TROUBLESHOOT_TOOLS,
    stunUrls: value.STUN_URLS ?? [],
    turnUrls: value.TURN_URLS ?? [],
    turnSecret: value.TURN_SECRET,
    turnTtlSeconds: value.TURN_TTL_SECONDS,
    trustProxy: trusted(value.TRUST_PROXY),
    logLevel: value.LOG_LEVEL,
  };
}
