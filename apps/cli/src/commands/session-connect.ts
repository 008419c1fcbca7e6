import { EXEC_DEFAULT_TIMEOUT_SECONDS } from "@sallyport/protocol";
import type { Cli } from "../cli.ts";
import { chooseNode } from "../exec/choose-nodes.ts";
import { say } from "../output/say.ts";
import { LineMode } from "../session/line-mode.ts";
import { SessionWindow } from "../session/session-window.ts";

export interface SessionConnectOptions {
  predict: "auto" | "off";
  timeout?: number;
}

/** `gatekey-admin session connect`: a shell in this terminal, or commands from a pipe. */
export async function sessionConnect(
  { signedIn }: Cli,
  wanted: string,
  { predict, timeout = EXEC_DEFAULT_TIMEOUT_SECONDS }: SessionConnectOptions,
): Promise<void> {
  const operator = await signedIn();
  const node = await chooseNode(operator, wanted);
  const greeting = `Connected to ${node.name}. Type 'exit' to disconnect.\n\n`;
  const farewell = "Disconnecting...";
  const outcome = process.stdin.isTTY
    ? await new SessionWindow({
        operator,
        machineId: node.id,
        predict: predict === "auto",
        words: { greeting, farewell },
      }).run()
    : await new LineMode({
        operator,
        node,
        timeoutSeconds: timeout === 0 ? null : timeout,
      }).run(greeting, farewell);
  if (outcome.message !== undefined) say(outcome.message);
  process.exitCode = outcome.status;
}
