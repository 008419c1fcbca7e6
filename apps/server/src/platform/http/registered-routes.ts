import { OPEN_PATHS, ROUTES } from "@sallyport/protocol";
import type { HttpServer } from "./http-server.ts";

const keyOf = (method: string, path: string): string => `${method} ${path}`;
const DECLARED: ReadonlySet<string> = new Set(ROUTES.map(({ method, path }) => keyOf(method, path)));
const OPEN: ReadonlySet<string> = new Set(OPEN_PATHS);

/**
 * Holds the server to the policy registry: what is not declared there cannot be served, and what is declared is.
 *
 * @returns call it when every route is bound; it throws for one that is missing
 */
export function requireRegistered(app: HttpServer): () => void {
  const bound = new Set<string>();
  app.addHook("onRoute", ({ method, url }) => {
    for (const each of [method].flat()) {
      const key = keyOf(each, url);
      // Fastify answers HEAD wherever it answers GET.
      const isOpen = (each === "GET" || each === "HEAD") && OPEN.has(url);
      if (!isOpen && !DECLARED.has(key) && !DECLARED.has(keyOf(each.replace("HEAD", "GET"), url))) {
        throw new Error(`invariant: ${key} is not in the policy registry`);
      }
      bound.add(key);
    }
  });
  return () => {
    const missing = [...DECLARED].filter((key) => !bound.has(key));
    if (missing.length > 0) throw new Error(`invariant: declared, but not served: ${missing.join(", ")}`);
  };
}
