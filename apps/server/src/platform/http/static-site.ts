/** Serves the dashboard: hashed files for ever, the page itself with a fresh policy and never from a cache. */
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import fastifyStatic from "@fastify/static";
import { AppError } from "@sallyport/protocol";
import type { HttpServer } from "./http-server.ts";
import { pagePolicy } from "./security-headers.ts";

const NONCE_PLACEHOLDER = "__CSP_NONCE__";

/** @param folder holds `index.html` and `assets/`, as Vite builds them. */
export async function serveSite(app: HttpServer, folder: string): Promise<void> {
  const page = await readFile(join(folder, "index.html"), "utf8");
  await app.register(fastifyStatic, {
    root: folder,
    index: false,
    wildcard: true,
    immutable: true,
    maxAge: "365d",
    cacheControl: true,
    setHeaders(response, path) {
      // Only names that hold a hash of their content can be kept for ever.
      if (!path.startsWith(join(folder, "assets"))) response.header("cache-control", "no-cache");
    },
  });
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split("?", 1)[0] ?? "/";
    const isPage =
      (request.method === "GET" || request.method === "HEAD") && !path.startsWith("/api/") && !path.includes(".");
    if (!isPage) throw new AppError("NOT_FOUND", { what: "Page" });
    const nonce = randomBytes(16).toString("base64");
    return reply
      .header("content-security-policy", pagePolicy(nonce))
      .header("cache-control", "no-store")
      .type("text/html; charset=utf-8")
      .send(page.replaceAll(NONCE_PLACEHOLDER, nonce));
  });
  app.get("/", (_request, reply) => reply.callNotFound());
}
