import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/**
 * Below the ports that systems give out by themselves, or one that is picked here could be given to another program before
 * the one that it is for has bound it. From 10081: browsers do not go to the one before. Each process begins somewhere and takes
 * one after the other, so that two that look at the same time find different ones.
 */
const FIRST = 10_081;
const COUNT = 22_000;
let next = randomInt(COUNT);

/**
 * A port that nothing listens on at this moment, for programs that must be told one.
 *
 * @returns {Promise<number>}
 */
export async function freePort() {
  for (let tries = 0; tries < 100; tries++) {
    const port = FIRST + (next++ % COUNT);
    if (await isFree(port)) return port;
  }
  throw new Error("no port is free");
}

/** @param {number} port */
const isFree = (port) =>
  new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
