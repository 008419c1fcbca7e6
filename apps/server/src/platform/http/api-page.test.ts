import { ACTION_ENDPOINTS, DOWNLOADS, ENDPOINTS, openApiDocument } from "@sallyport/protocol";
import { expect, test } from "vitest";
import { apiPage } from "./api-page.ts";

const document = openApiDocument(ENDPOINTS, ACTION_ENDPOINTS, DOWNLOADS, "http://localhost:8080");

test("the page shows every call of the published document", () => {
  const page = apiPage(document, "nonce");
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const method of Object.keys(methods)) expect(page).toContain(`<code>${method.toUpperCase()} ${path}</code>`);
  }
});

test("what a contract says is text, never markup", () => {
  const paths = { "/x": { get: { summary: "<img src=x onerror=alert(1)>", responses: {} } } };
  expect(apiPage({ ...document, paths }, "nonce")).not.toContain("<img");
});
