/** Fastify as we use it: strict bodies, envelopes, security headers, request ids, and deadlines for slow senders. */
import http from "node:http";
import { AppError, HTTP_BODY_BYTES, PRE_AUTH_TIMEOUT_MS } from "@sallyport/protocol";
import fastify, { type FastifyInstance } from "fastify";
import { type Logger, withoutQuery } from "../logger.ts";
import type { Metrics } from "../metrics.ts";
import { errorResponse } from "./error-response.ts";
import { securityHeaders } from "./security-headers.ts";

/** A whole request, body included, must have arrived by then. */
const REQUEST_TIMEOUT_MS = 10_000;
/** Node looks for overdue requests only this often; its default of 30 s would make the deadlines above a lie. */
const DEADLINE_CHECK_MS = 1_000;
const KEEP_ALIVE_MS = 65_000;

export type HttpServer = FastifyInstance<http.Server>;

export interface HttpServerOptions {
  logger: Logger;
  metrics: Metrics;
  trustProxy: readonly string[];
  /** Where people come in; known once the server listens. */
  publicUrl(): string;
  /** A request of this connection was answered. */
  answered(socket: object): void;
}

export function createHttpServer({ logger, metrics, trustProxy, publicUrl, answered }: HttpServerOptions): HttpServer {
  const app: HttpServer = fastify({
    bodyLimit: HTTP_BODY_BYTES,
    trustProxy: trustProxy.length > 0 ? [...trustProxy] : false,
    // We log one line a request ourselves, without the query.
    logger: false,
    routerOptions: { maxParamLength: 256 },
    serverFactory: (handler) =>
      http.createServer(
        {
          headersTimeout: PRE_AUTH_TIMEOUT_MS,
          requestTimeout: REQUEST_TIMEOUT_MS,
          connectionsCheckingInterval: DEADLINE_CHECK_MS,
          keepAliveTimeout: KEEP_ALIVE_MS,
          noDelay: true,
        },
        handler,
      ),
  });

  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "string" }, (_request, body, done) => {
    try {
      done(null, JSON.parse(body as string));
    } catch {
      done(new AppError("INVALID_JSON", {}));
    }
  });
  app.addContentTypeParser("*", (_request, _payload, done) => done(new AppError("UNSUPPORTED_MEDIA_TYPE", {})));

  app.addHook("onSend", async (_request, reply) => {
    for (const [name, value] of Object.entries(securityHeaders(publicUrl()))) {
      if (!reply.hasHeader(name)) reply.header(name, value);
    }
  });

  app.addHook("onResponse", async (request, reply) => {
    answered(request.raw.socket);
    const route = request.routeOptions.url ?? "none";
    const { method } = request;
    metrics.httpDuration.observe({ method, route, status: String(reply.statusCode) }, reply.elapsedTime / 1_000);
    logger.debug(
      { request: request.id, method, path: withoutQuery(request.url), status: reply.statusCode, ms: reply.elapsedTime },
      "request",
    );
  });

  app.setErrorHandler((thrown, request, reply) => {
    const { status, headers, body, incident } = errorResponse(fromFastify(thrown));
    if (incident)
      logger.error({ incident, request: request.id, path: withoutQuery(request.url), err: thrown }, "incident");
    return reply.code(status).headers(headers).send(body);
  });

  return app;
}

/** Fastify's own refusals in our words. */
function fromFastify(thrown: unknown): unknown {
  if (!(thrown instanceof Error)) return thrown;
  switch ("code" in thrown ? thrown.code : undefined) {
    case "FST_ERR_CTP_BODY_TOO_LARGE":
      return new AppError("PAYLOAD_TOO_LARGE", { limitBytes: HTTP_BODY_BYTES });
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
      return new AppError("UNSUPPORTED_MEDIA_TYPE", {});
    case "FST_ERR_CTP_EMPTY_JSON_BODY":
    case "FST_ERR_CTP_INVALID_CONTENT_LENGTH":
      return new AppError("INVALID_JSON", {});
    default:
      return fromStatus(thrown);
  }
}

/** Refusals of a plugin, such as a path that leaves the dashboard's folder, carry only a status. */
function fromStatus(thrown: Error): unknown {
  const status = "statusCode" in thrown ? thrown.statusCode : undefined;
  if (status === 403 || status === 404) return new AppError("NOT_FOUND", { what: "Page" });
  if (typeof status === "number" && status >= 400 && status < 500) {
    return new AppError("INVALID_INPUT", { reason: "The request is malformed" });
  }
  return thrown;
}
