/** Every operation of the API with requests from its own schema, and broken ones: no 5xx, every answer as documented. */
import { DB_TABLES, type Registration } from "@sallyport/protocol";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { anyDatabase } from "../harness/postgres.ts";
import { type JsonSchema, nearlyValid } from "../harness/schema-values.ts";
import { System } from "../harness/system.ts";

const REQUESTS_PER_OPERATION = process.env.NIGHTLY ? 5_000 : 100;
const AT_ONCE = 8;

interface Operation {
  name: string;
  method: string;
  path: string;
  parameters: { name: string; in: "path" | "query"; schema: JsonSchema }[];
  body: JsonSchema | undefined;
  responses: Record<string, { content: Record<string, { schema?: JsonSchema }> }>;
}

let system: System;
let machine: Registration;
let operations: Operation[] = [];
/** What exists, so that some requests find something. */
let ids: string[] = [];

beforeAll(async () => {
  system = await System.start({ ...(await anyDatabase()), CRON_SECRET: "a-secret-of-some-length" });
  machine = await system.register();
  ids = [system.owner.orgId, machine.machine_id, system.owner.user.id, "00000000-0000-4000-8000-00000000abcd"];
  operations = await readOperations();
});
afterAll(() => system.stop());

/** The published document is what is tested: one operation a method, or one an action. */
async function readOperations(): Promise<Operation[]> {
  const response = await fetch(`${system.url}/api/openapi.json`);
  const { paths } = (await response.json()) as { paths: Record<string, Record<string, Record<string, unknown>>> };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, spec]) => {
      const {
        requestBody,
        responses,
        parameters = [],
      } = spec as {
        requestBody?: { content: { "application/json": { schema: JsonSchema } } };
        responses: Operation["responses"];
        parameters?: Operation["parameters"];
      };
      const schema = requestBody?.content["application/json"].schema;
      return (schema?.oneOf ?? [schema]).map((body) => ({
        name: `${method.toUpperCase()} ${path} ${(body as { title?: string } | undefined)?.title ?? ""}`.trim(),
        method: method.toUpperCase(),
        path,
        parameters,
        body,
        responses,
      }));
    }),
  );
}

const ajv = addFormats.default(new Ajv2020({ strict: false, allErrors: true }));
const validators = new Map<JsonSchema, ValidateFunction>();
function validatorOf(schema: JsonSchema): ValidateFunction {
  const known = validators.get(schema) ?? ajv.compile(schema);
  validators.set(schema, known);
  return known;
}

interface Sample {
  path: Record<string, unknown>;
  query: Record<string, unknown>;
  body: unknown;
}

function requestsOf({ parameters, body }: Operation): fc.Arbitrary<Sample> {
  const of = (place: "path" | "query") => {
    const own = parameters.filter((parameter) => parameter.in === place);
    const properties = Object.fromEntries(own.map(({ name, schema }) => [name, schema]));
    return nearlyValid({ type: "object", properties, required: [] }, ids) as fc.Arbitrary<Record<string, unknown>>;
  };
  const tableQuery = fc.dictionary(
    fc.constantFrom(
      "org_id",
      "id",
      "select",
      "order",
      "limit",
      "offset",
      "status",
      "name",
      "tags",
      "priority",
      "created_at",
    ),
    fc.oneof(fc.constantFrom(...ids, "eq.x", "is.null", "id", "id.desc", "1", "-1", "*", "true"), fc.string()),
    { maxKeys: 5 },
  );
  const isTable = parameters.some(({ name }) => name === "table");
  return fc.record({
    path: isTable
      ? fc.record({ table: fc.oneof(fc.constantFrom<string>(...DB_TABLES), fc.string({ minLength: 1 })) })
      : of("path"),
    query: isTable ? tableQuery : of("query"),
    body: body ? nearlyValid(body, ids) : fc.constant(undefined),
  });
}

const asText = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value)) ?? "";

async function send({ method, path }: Operation, { path: params, query, body }: Sample): Promise<Response> {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(asText(params?.[name]) || "x"));
  const search = new URLSearchParams(
    typeof query === "object" && query !== null
      ? Object.entries(query).map(([name, value]) => [name, asText(value)])
      : [],
  );
  return fetch(`${system.url}${filled}?${search}`, {
    method,
    headers: {
      authorization: `Bearer ${system.owner.access_token}`,
      ...(body !== undefined && { "content-type": "application/json" }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

/** What is wrong with an answer, if anything. */
async function faultOf(operation: Operation, sample: Sample): Promise<string | undefined> {
  const response = await send(operation, sample);
  const text = await response.text();
  const say = (what: string) =>
    `${what}\n${JSON.stringify(sample).slice(0, 1_000)}\n${response.status} ${text.slice(0, 500)}`;
  if (response.status >= 500) return say("a failure on our side");
  const content = operation.responses[String(response.status)]?.content;
  const type = response.headers.get("content-type")?.split(";", 1)[0] ?? "";
  if (!content || !(type in content)) return say(`${response.status} ${type} is not documented`);
  const schema = content[type]?.schema;
  if (!schema) return undefined;
  const validate = validatorOf(schema);
  return validate(JSON.parse(text)) ? undefined : say(ajv.errorsText(validate.errors));
}

/** These end the sign-in of whoever calls them. */
const ENDS_SIGN_IN = new Set(["/api/auth/logout"]);

test("every operation of the published document, a hundred requests each, thousands at night", async () => {
  expect(operations.length).toBeGreaterThan(40);
  const faults: string[] = [];
  for (const operation of operations.filter(({ path }) => !ENDS_SIGN_IN.has(path))) {
    const samples = fc.sample(requestsOf(operation), { numRuns: REQUESTS_PER_OPERATION, seed: 20261126 });
    for (let at = 0; at < samples.length; at += AT_ONCE) {
      const found = await Promise.all(samples.slice(at, at + AT_ONCE).map((sample) => faultOf(operation, sample)));
      const fault = found.find((each) => each !== undefined);
      if (fault !== undefined) {
        faults.push(`${operation.name}: ${fault}`);
        break;
      }
    }
  }
  expect(faults.join("\n\n")).toBe("");
}, 600_000);
