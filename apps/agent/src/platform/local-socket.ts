/** Sockets of this machine, for the agent's own processes only. */
import { chmodSync, rmSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { errorCode } from "./error-code.ts";

/** Connects, or returns undefined when nobody listens there. */
export function connectLocal(path: string): Promise<Socket | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.removeAllListeners("error");
      resolve(socket);
    });
    socket.once("error", (error) => {
      const code = errorCode(error);
      if (code === "ECONNREFUSED" || code === "ENOENT") resolve(undefined);
      else reject(error);
    });
  });
}

/**
 * Listens at `path`, or returns undefined when a living process does already: this is how a state directory has one
 * link and one host. A file that a killed process left behind is taken over. Two that take over at the very same
 * moment can both succeed; the session host then lets the newer link win, and the older one goes.
 */
export async function listenExclusively(
  path: string,
  onConnection: (socket: Socket) => void,
): Promise<Server | undefined> {
  const server = createServer(onConnection);
  if (!(await tryListen(server, path))) {
    const living = await connectLocal(path);
    living?.destroy();
    if (living) return undefined;
    // It is gone already when the one before has closed since.
    rmSync(path, { force: true });
    if (!(await tryListen(server, path))) return undefined;
  }
  // The directory is ours alone already; this holds even where someone opened it up.
  if (process.platform !== "win32") chmodSync(path, 0o600);
  return server;
}

function tryListen(server: Server, path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error) => (errorCode(error) === "EADDRINUSE" ? resolve(false) : reject(error));
    server.once("error", failed);
    server.listen(path, () => {
      server.off("error", failed);
      resolve(true);
    });
  });
}
