/** `GET /api/docs`: the OpenAPI document as a page for people, without a script. */

/** The parts of an OpenAPI document that the page shows. */
export interface ApiDocument {
  info: { version: string };
  paths: Record<string, Record<string, unknown>>;
}

interface Operation {
  summary?: string;
  security?: unknown[];
  parameters?: unknown[];
  requestBody?: { content: { "application/json": { schema: unknown } } };
  responses: Record<string, { description?: string; content?: Record<string, { schema?: unknown }> }>;
}

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

const block = (title: string, value: unknown): string =>
  `<details><summary>${escapeHtml(title)}</summary><pre>${escapeHtml(JSON.stringify(value, null, 2))}</pre></details>`;

function section(path: string, method: string, operation: Operation): string {
  const body = operation.requestBody?.content["application/json"].schema;
  const answers = Object.entries(operation.responses).map(([status, { description = "", content }]) =>
    // A file has no schema: then its types say what it is.
    block(`${status} ${description}`, content?.["application/json"]?.schema ?? Object.keys(content ?? {})),
  );
  return `<section>
<h2><code>${method.toUpperCase()} ${escapeHtml(path)}</code></h2>
<p>${escapeHtml(operation.summary ?? "")}${operation.security?.length ? " · needs a bearer token" : ""}</p>
${operation.parameters ? block("Parameters", operation.parameters) : ""}
${body ? block("Request body", body) : ""}
${answers.join("\n")}
</section>`;
}

/** The page's own style, allowed by `nonce`. */
export function apiPage(document: ApiDocument, nonce: string): string {
  const sections = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => section(path, method, operation as Operation)),
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Sallyport API</title>
<style nonce="${nonce}">
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h2 { font-size: 1rem; margin: 2rem 0 0; }
p { margin: .25rem 0 .5rem; }
pre { overflow: auto; padding: .75rem; border: 1px solid color-mix(in srgb, currentColor 20%, transparent); border-radius: .4rem; }
summary { cursor: pointer; }
</style>
</head>
<body>
<h1>Sallyport API ${escapeHtml(document.info.version)}</h1>
<p>Every answer is <code>{success, data, error}</code>. The same as data: <a href="/api/openapi.json">openapi.json</a>.</p>
${sections.join("\n")}
</body>
</html>`;
}
