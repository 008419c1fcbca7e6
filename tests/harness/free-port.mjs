import { createServer } from "node:net";

/**
 * Below the ports that systems give out by themselves, or one that is picked here could be given to another program before
 * the one that it is for has bound it. Each process has its own hundred of them, and takes one after the other.
 */
const FIRST = 10_000;
const HUNDREDS = 220;
const first = FIRST + (process.pid % HUNDREDS) * 100;
let taken = 0;

/**
 * A port that nothing listens on at this moment, for programs that must be told one.
 *
 * @returns {Promise<number>}
 */
export async function freePort() {
  for (let tries = 0; tries < 100; tries++) {
    const port = first + (taken++ % 100);
    if (await isFree(port)) return port;
  }
  throw new Error(`no port from ${first} to ${first + 99} is free`);
}

/** @param {number} port */
const isFree = (port) =>
  new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
