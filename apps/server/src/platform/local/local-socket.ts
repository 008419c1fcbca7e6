/**
 * A door for the operator of this very machine: a unix socket in DATA_DIR that only its owner can open. Commands
 * such as `sallyport db query` reach a running server through it, because the embedded database has one process.
 */
import { createHash } from "node:crypto";
import { mkdirSync, rmSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AppError, HTTP_BODY_BYTES } from "@sallyport/protocol";
import { errorResponse } from "../http/error-response.ts";
import type { Logger } from "../logger.ts";

/** Linux takes 107 bytes for a socket's path, macOS 103. */
const MAX_PATH_BYTES = 100;

/** Where the socket of a DATA_DIR is; a long path gets a short stand-in that is as private. */
function localSocketPath(dataDir: string): string {
  const direct = join(dataDir, "local.sock");
  if (Buffer.byteLength(direct) <= MAX_PATH_BYTES) return direct;
  const name = createHash("sha256").update(dataDir).digest("hex").slice(0, 16);
  return join(tmpdir(), `sallyport-${process.getuid?.() ?? 0}-${name}`, "local.sock");
}

export type LocalCommand = (input: Record<string, unknown>) => Promise<unknown>;

export interface LocalSocket {
  close(): Promise<void>;
}

/** Serves commands by name. Whoever can open the socket is this user or root, and may do what they offer. */
export function openLocalSocket(
  dataDir: string,
  commands: Record<string, LocalCommand>,
  logger: Logger,
): Promise<LocalSocket> {
  const path = localSocketPath(dataDir);
  mkdirSync(join(path, ".."), { recursive: true, mode: 0o700 });
  // Our lock on DATA_DIR says that nobody else serves it: what is there is a dead process's.
  rmSync(path, { force: true });
  const server = http.createServer((request, response) => {
    void answer(commands, request, logger).then(({ status, body }) => {
      response.writeHead(status, { "content-type": "application/json", connection: "close" });
      response.end(JSON.stringify(body));
    });
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    const before = process.umask(0o177);
    server.listen(path, () => {
      resolve({
        close: () =>
          new Promise((closed) => {
            server.close(() => closed());
            server.closeAllConnections();
            rmSync(path, { force: true });
          }),
      });
    });
    process.umask(before);
  });
}

async function answer(
  commands: Record<string, LocalCommand>,
  request: http.IncomingMessage,
  logger: Logger,
): Promise<{ status: number; body: unknown }> {
  try {
    const name = (request.url ?? "").slice(1);
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (!command || request.method !== "POST") throw new AppError("NOT_FOUND", { what: "Command" });
    return { status: 200, body: { success: true, data: await command(await readBody(request)), error: null } };
  } catch (thrown) {
    const response = errorResponse(thrown);
    const { incident } = response;
    if (incident) logger.error({ incident, command: request.url, err: thrown }, "incident");
    return response;
  }
}

async function readBody(request: http.IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > HTTP_BODY_BYTES) throw new AppError("PAYLOAD_TOO_LARGE", { limitBytes: HTTP_BODY_BYTES });
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8")) as Record<string, unknown>;
  } catch {
    throw new AppError("INVALID_JSON", {});
  }
}

/** Runs a command of a running server; resolves to undefined when none is running on this DATA_DIR. */
export function callLocalSocket(dataDir: string, command: string, input: unknown): Promise<LocalAnswer | undefined> {
  return new Promise((resolve, reject) => {
    const request = http.request(
      { socketPath: localSocketPath(dataDir), path: `/${command}`, method: "POST" },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => resolve(JSON.parse(Buffer.concat(chunks).toString("utf8")) as LocalAnswer));
      },
    );
    request.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT" || error.code === "ECONNREFUSED") resolve(undefined);
      else reject(error);
    });
    request.end(JSON.stringify(input));
  });
}

export type LocalAnswer =
  | { success: true; data: unknown; error: null }
  | { success: false; data: null; error: { code: string; message: string } };
