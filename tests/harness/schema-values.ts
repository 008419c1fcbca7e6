/** Values from JSON Schema: one that is valid, and arbitrary ones that are nearly so. For tests that walk every contract. */
import fc from "fast-check";

export interface JsonSchema {
  type?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: JsonSchema | boolean;
  items?: JsonSchema;
  format?: string;
  pattern?: string;
  default?: unknown;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
}

const UNKNOWN_ID = "00000000-0000-4000-8000-00000000abcd";
const SAMPLES: Record<string, unknown> = {
  // Values by field, where a schema alone cannot tell what would pass.
  plan: "enterprise",
  role: "member",
  email: "sample@example.com",
  sdp_offer: "v=0\r\n",
  sdp_answer: "v=0\r\n",
  candidate: "candidate:1 1 udp 1 192.168.1.10 1 typ host",
  password: "a password of some length",
  user_code: "WDJB-MJHT",
  // An address of no host, which the control plane does not reach.
  target: "192.0.2.1",
  location: "control-plane",
  ports: "22,80",
};

/** The least that the schema accepts; identifiers name nothing. */
export function sampleOf(schema: JsonSchema, field = ""): unknown {
  if (field in SAMPLES) return SAMPLES[field];
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  const [first] = schema.anyOf ?? schema.oneOf ?? schema.allOf ?? [];
  if (first) return sampleOf(first, field);
  switch (schema.type) {
    case "object": {
      const { properties = {}, required = [] } = schema;
      return Object.fromEntries(required.map((name) => [name, sampleOf(properties[name] ?? {}, name)]));
    }
    case "array":
      return [];
    case "boolean":
      return false;
    case "integer":
    case "number":
      return Math.max(schema.minimum ?? 1, 1);
    case "string":
      if (schema.format === "uuid" || field.endsWith("_id")) return UNKNOWN_ID;
      if (schema.format === "date-time") return "2026-01-01T00:00:00.000Z";
      return "sample";
    default:
      return "sample";
  }
}

/** Text that has broken a parser somewhere. */
const NASTY = [
  "",
  " ",
  "\0",
  "a\u0000b",
  "'; DROP TABLE users; --",
  "{{7*7}}",
  "../../etc/passwd",
  "__proto__",
  "eq.",
  "is.null",
  "\ud800",
  "\u202eevil",
  "\r\nX: y",
  "%00",
  "a".repeat(5_000),
  "9".repeat(400),
  "1e999",
  "NaN",
  "null",
  "*",
  "0",
  "-1",
  UNKNOWN_ID,
];

const nastyText = fc.constantFrom(...NASTY);
const anything = fc.oneof(
  nastyText,
  fc.string(),
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.array(fc.string(), { maxLength: 3 }),
  fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 }),
);

function text({ format, pattern, minLength = 0, maxLength = 300, enum: values }: JsonSchema): fc.Arbitrary<unknown> {
  if (values) return fc.constantFrom(...values);
  if (format === "uuid") return fc.uuid();
  if (format === "email") return fc.emailAddress();
  if (format === "date-time") {
    const times = fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }).map((at) => at.toISOString());
    return fc.oneof(times, fc.constantFrom("0000-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"));
  }
  const plain = fc.string({ minLength: Math.min(minLength, 20), maxLength: Math.min(maxLength, 300), unit: "binary" });
  // What a pattern asks for is met now and then; most tries are refused, as they should be.
  return pattern === undefined
    ? plain
    : fc.oneof(plain, fc.stringMatching(/^[0-9a-f]{64}$/), fc.constantFrom("a", "web-1"));
}

/** Valid values of a schema, as far as it says what is valid. */
function valid(schema: JsonSchema, ids: readonly string[], field = ""): fc.Arbitrary<unknown> {
  const known = field in SAMPLES ? [fc.constant(SAMPLES[field])] : [];
  const isId = schema.type === "string" && (field === "id" || field.endsWith("_id"));
  if (isId && ids.length > 0) return fc.constantFrom(...ids);
  if (schema.const !== undefined) return fc.constant(schema.const);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return fc.oneof(...choices.map((choice) => valid(choice, ids, field)), ...known);
  switch (schema.type) {
    case "object": {
      const { properties = {}, required = [] } = schema;
      const fields = Object.fromEntries(
        Object.entries(properties).map(([name, value]) => [name, valid(value, ids, name)]),
      );
      return fc.record(fields, { requiredKeys: required });
    }
    case "array":
      return fc.array(valid(schema.items ?? {}, ids), { maxLength: 4 });
    case "boolean":
      return fc.boolean();
    case "integer":
    case "number": {
      const { minimum, maximum, exclusiveMinimum } = schema;
      const min = Math.max(minimum ?? (exclusiveMinimum === undefined ? -100 : exclusiveMinimum + 1), -1e6);
      return fc.integer({ min, max: Math.min(maximum ?? min + 1_000, min + 1_000_000) });
    }
    case "string":
      return fc.oneof(text(schema), ...known);
    default:
      return anything;
  }
}

const asText = (value: unknown): string => (typeof value === "string" ? value : "");

/** Bodies that are valid, nearly valid (a field replaced, missing or one too many), or nothing of the kind. */
export function nearlyValid(schema: JsonSchema, ids: readonly string[]): fc.Arbitrary<unknown> {
  const whole = valid(schema, ids) as fc.Arbitrary<Record<string, unknown>>;
  const broken = fc
    .tuple(whole, fc.constantFrom("other", ...Object.keys(schema.properties ?? {})), anything)
    .chain(([value, name, other]) =>
      fc.constantFrom<unknown>(
        { ...value, [name]: other },
        // Valid but for a character that databases do not have.
        { ...value, [name]: `${asText(value[name])}\0` },
        { ...value, [name]: `${asText(value[name])}\ud800` },
        Object.fromEntries(Object.entries(value).filter(([key]) => key !== name)),
        { ...value, surplus: other },
      ),
    );
  return fc.oneof(
    { weight: 6, arbitrary: whole },
    { weight: 5, arbitrary: broken },
    { weight: 1, arbitrary: anything },
  );
}
