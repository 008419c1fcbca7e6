import { expect, test } from "vitest";
import { ACTION_ENDPOINTS, DOWNLOADS, ENDPOINTS } from "./api.ts";
import { openApiDocument } from "./openapi.ts";

const document = openApiDocument(ENDPOINTS, ACTION_ENDPOINTS, DOWNLOADS, "http://localhost:8080");

test("the document describes every contract", () => {
  const described = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method} ${path}`),
  );
  expect(described.sort()).toEqual(
    [
      ...ENDPOINTS.map(({ method, path }) => `${method.toLowerCase()} ${path.replace(/:(\w+)/g, "{$1}")}`),
      ...ACTION_ENDPOINTS.map(({ path }) => `post ${path}`),
      ...DOWNLOADS.map(({ path }) => `get ${path}`),
    ].sort(),
  );
});

test("an action's body is told apart by its name, and its refusals are listed", () => {
  const shell = document.paths["/api/remote-shell"]?.post as {
    requestBody: { content: { "application/json": { schema: { oneOf: { properties: { action: unknown } }[] } } } };
    responses: Record<string, unknown>;
  };
  const [createSession] = shell.requestBody.content["application/json"].schema.oneOf;
  expect(createSession?.properties.action).toMatchObject({ const: "create_session" });
  expect(Object.keys(shell.responses)).toEqual(expect.arrayContaining(["200", "400", "401", "403", "404", "500"]));
});

test("it is JSON", () => {
  expect(JSON.parse(JSON.stringify(document))).toEqual(document);
});
