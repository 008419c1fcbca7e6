/** How `ztna` commands talk to the link that runs in the background. */
import { readLines, writeLine } from "../platform/json-lines.ts";
import { connectLocal } from "../platform/local-socket.ts";
import { FromLink, type LinkStatus, type ToLink } from "./link-status.ts";

/** A link that does not answer a question about itself within this time is stuck. */
const ANSWER_TIMEOUT_MS = 5_000;

export type Stopping = Extract<FromLink, { type: "stopping" }>;
/** `undefined`: no link runs. `"stuck"`: one runs and does not answer. */
export type LinkAnswer<Type> = Type | "stuck" | undefined;

/** What the link says of itself now. */
export const askStatus = (path: string): Promise<LinkAnswer<LinkStatus>> =>
  ask(path, { type: "watch" }, (message) => (message.type === "status" ? message.status : undefined));

/** Tells the link to go. It answers before it does. */
export const askDown = (path: string): Promise<LinkAnswer<Stopping>> =>
  ask(path, { type: "down" }, (message) => (message.type === "stopping" ? message : undefined));

/** Watches until `enough` is true of the status; resolves to the last one seen when that takes too long. */
export async function watchStatus(
  path: string,
  { enough, timeoutMs }: { enough: (status: LinkStatus) => boolean; timeoutMs: number },
): Promise<LinkStatus | undefined> {
  let last: LinkStatus | undefined;
  const pick = (message: FromLink) => {
    if (message.type === "status") last = message.status;
    return last && enough(last) ? last : undefined;
  };
  await ask(path, { type: "watch" }, pick, timeoutMs);
  return last;
}

async function ask<Type>(
  path: string,
  question: ToLink,
  pick: (message: FromLink) => Type | undefined,
  timeoutMs = ANSWER_TIMEOUT_MS,
): Promise<LinkAnswer<Type>> {
  const socket = await connectLocal(path);
  if (!socket) return undefined;
  return await new Promise((resolve) => {
    const timer = setTimeout(() => done("stuck"), timeoutMs);
    const done = (answer: LinkAnswer<Type>) => {
      clearTimeout(timer);
      resolve(answer);
      socket.destroy();
    };
    readLines(socket, FromLink, {
      message: (message) => {
        const answer = pick(message);
        if (answer !== undefined) done(answer);
      },
      unknown: () => {},
      // It went while we asked: then there is none.
      closed: () => done(undefined),
    });
    writeLine(socket, question);
  });
}
