import { randomBytes } from "node:crypto";
import { ACTION_ENDPOINTS, DOWNLOADS, ENDPOINTS, openApiDocument } from "@sallyport/protocol";
import { apiPage } from "../../platform/http/api-page.ts";
import type { HttpServer } from "../../platform/http/http-server.ts";
import { docsPolicy } from "../../platform/http/security-headers.ts";
import type { Metrics } from "../../platform/metrics.ts";

/** What operators and their tools ask: health, readiness, metrics, and the API's own description. */
export function bindOperations(
  app: HttpServer,
  {
    isServing,
    ping,
    metrics,
    url,
  }: {
    isServing(): boolean;
    ping(): Promise<void>;
    metrics: Metrics;
    url(): string;
  },
): void {
  app.get("/healthz", async () => ({ status: "alive" }));
  app.get("/readyz", async (_request, reply) => {
    const ready =
      isServing() &&
      (await ping().then(
        () => true,
        () => false,
      ));
    return reply.code(ready ? 200 : 503).send({ status: ready ? "serving" : "not_serving" });
  });
  app.get("/metrics", async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  );
  const document = () => openApiDocument(ENDPOINTS, ACTION_ENDPOINTS, DOWNLOADS, url());
  app.get("/api/openapi.json", async () => document());
  app.get("/api/docs", async (_request, reply) => {
    const nonce = randomBytes(16).toString("base64");
    return reply
      .header("content-security-policy", docsPolicy(nonce))
      .type("text/html; charset=utf-8")
      .send(apiPage(document(), nonce));
  });
}
