/** OpenAPI 3.1 from the contracts, so that the document cannot differ from what the server accepts. */
import { z } from "zod";
import { ERRORS, type ErrorCode } from "../errors.ts";
import { FEATURE_REFUSALS } from "../plans.ts";
import { PRODUCT_VERSION } from "../version.ts";
import {
  type Action,
  type ActionEndpoint,
  type Credential,
  type Download,
  type Endpoint,
  STREAM_MEDIA,
  streamEnd,
} from "./endpoint.ts";

type Json = Record<string, unknown>;

const schema = (type: z.ZodType, io: "input" | "output"): Json => {
  const { $schema: _, ...rest } = z.toJSONSchema(type, { io, unrepresentable: "any" });
  return rest;
};

const envelope = (data: Json): Json => ({
  type: "object",
  properties: { success: { const: true }, data, error: { type: "null" } },
  required: ["success", "data", "error"],
});

function failures(codes: readonly ErrorCode[]): Json {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of new Set([...codes, "DB_UNAVAILABLE" as const, "INTERNAL_ERROR" as const])) {
    const { http } = ERRORS[code];
    byStatus.set(http, [...(byStatus.get(http) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, codesOfStatus]) => [
      String(status),
      {
        description: codesOfStatus.join(", "),
        content: {
          "application/json": {
            schema: {
              type: "object",
              properties: {
                success: { const: false },
                data: { type: "null" },
                error: {
                  type: "object",
                  properties: { code: { enum: codesOfStatus }, message: { type: "string" }, data: { type: "object" } },
                  required: ["code", "message"],
                },
              },
              required: ["success", "data", "error"],
            },
          },
        },
      },
    ]),
  );
}

const security = (credential: Credential): Json[] =>
  credential === "user" || credential === "person" ? [{ bearer: [] }] : [];

/** Parameters of a path or a query, for those that are named one by one. */
function parametersOf(type: z.ZodType | undefined, place: "path" | "query"): Json[] {
  if (!(type instanceof z.ZodObject)) return [];
  return Object.entries(type.shape).map(([name, field]) => ({
    name,
    in: place,
    required: place === "path" || !(field as z.ZodType).safeParse(undefined).success,
    schema: schema(field as z.ZodType, "input"),
  }));
}

function describeEndpoint(spec: Endpoint): Json {
  const parameters = [...parametersOf(spec.params, "path"), ...parametersOf(spec.query, "query")];
  return {
    summary: spec.summary,
    security: security(spec.credential),
    ...(parameters.length > 0 && { parameters }),
    ...(spec.body && {
      requestBody: { required: true, content: { "application/json": { schema: schema(spec.body, "input") } } },
    }),
    responses: {
      [String(spec.status ?? 200)]: {
        description: "Done",
        content: { "application/json": { schema: envelope(schema(spec.output, "output")) } },
      },
      ...failures([...spec.errors, ...(spec.body ? BODY_ERRORS : [])]),
    },
  };
}

/** What is wrong with a body before anybody looks at what it says. */
const BODY_ERRORS = ["INVALID_JSON", "PAYLOAD_TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE"] as const;

const COMMON_ACTION_ERRORS = [
  ...BODY_ERRORS,
  "UNAUTHORIZED",
  "MISSING_FIELDS",
  "INVALID_INPUT",
  "UNKNOWN_ACTION",
  "FORBIDDEN",
] as const;

function describeActions(spec: ActionEndpoint): Json {
  const actions: [string, Action][] = Object.entries(spec.actions);
  const bodies = actions.map(([name, { input, summary }]) => ({
    ...schema(z.object({ action: z.literal(name), ...input.shape }), "input"),
    title: name,
    description: summary,
  }));
  const byStatus = new Map<number, Json[]>();
  for (const [name, { output, status = 200 }] of actions) {
    byStatus.set(status, [...(byStatus.get(status) ?? []), { ...schema(output, "output"), title: `${name} answer` }]);
  }
  // OpenAPI 3.1 cannot describe a body line by line, so an extension does.
  const lines = actions.flatMap(([, { progress, output }]) =>
    progress ? [schema(progress, "output"), schema(streamEnd(output), "output")] : [],
  );
  const streamed = lines.length > 0 && { [STREAM_MEDIA]: { "x-line-schema": { anyOf: lines } } };
  const feature = spec.guard?.feature ? [FEATURE_REFUSALS[spec.guard.feature]] : [];
  return {
    summary: spec.summary,
    security: security("user"),
    requestBody: { required: true, content: { "application/json": { schema: { oneOf: bodies } } } },
    responses: {
      ...Object.fromEntries(
        [...byStatus].map(([status, outputs]) => [
          String(status),
          {
            description: "Done",
            content: {
              "application/json": { schema: envelope({ anyOf: outputs }) },
              ...(status === 200 && streamed),
            },
          },
        ]),
      ),
      ...failures([...COMMON_ACTION_ERRORS, ...feature, ...actions.flatMap(([, { errors }]) => errors)]),
    },
  };
}

function describeDownload(spec: Download): Json {
  return {
    summary: spec.summary,
    security: security("user"),
    parameters: parametersOf(spec.query, "query"),
    responses: {
      "200": { description: "Done", content: Object.fromEntries(spec.media.map((type) => [type, {}])) },
      ...failures(spec.errors),
    },
  };
}

/** The whole document for a server that answers at `url`. */
export function openApiDocument(
  endpoints: readonly Endpoint[],
  actionEndpoints: readonly ActionEndpoint[],
  downloads: readonly Download[],
  url: string,
) {
  const paths: Record<string, Json> = {};
  for (const spec of endpoints) {
    const path = spec.path.replace(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [spec.method.toLowerCase()]: describeEndpoint(spec) };
  }
  for (const spec of actionEndpoints) paths[spec.path] = { post: describeActions(spec) };
  for (const spec of downloads) paths[spec.path] = { get: describeDownload(spec) };
  return {
    openapi: "3.1.0",
    info: { title: "Sallyport", version: PRODUCT_VERSION, license: { name: "MIT" } },
    servers: [{ url }],
    paths,
    components: { securitySchemes: { bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT" } } },
  };
}
