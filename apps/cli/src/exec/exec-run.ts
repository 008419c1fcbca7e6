import { randomUUID } from "node:crypto";
import { execApi, RemoteError } from "@sallyport/protocol";

import type { Operator } from "../signed-in.ts";

export interface ExecCommand {
  command: string;
  /** Undefined: the control plane's default; null: none. */
  timeoutSeconds: number | null | undefined;
  stdin: boolean;
  /** Whether standard input is commands, each of which is to be recorded. */
  lines?: boolean;
}

export interface ExecNode {
  id: string;
  name: string;
}

/** One command on several nodes: asks for their one-time tokens together, shortly before they are needed. */
export class ExecRun {
  readonly #operator: Operator;
  readonly #command: ExecCommand;
  readonly #nodes: readonly ExecNode[];
  readonly #chunk: number;
  readonly #tokens = new Map<string, Promise<string>>();
  readonly runId = randomUUID();

  constructor(operator: Operator, command: ExecCommand, nodes: readonly ExecNode[], chunk: number) {
    this.#operator = operator;
    this.#command = command;
    this.#nodes = nodes;
    this.#chunk = chunk;
  }

  /** @throws RemoteError why the command cannot run on this node */
  async token(node: ExecNode): Promise<string> {
    if (!this.#tokens.has(node.id)) this.#request(node);
    const token = this.#tokens.get(node.id);
    // Used once: whoever asks again needs another one.
    this.#tokens.delete(node.id);
    if (!token) throw new Error("invariant: a token was asked for");
    return token;
  }

  /** For this node and those that come after it. */
  #request(node: ExecNode): void {
    const from = this.#nodes.indexOf(node);
    const nodes = this.#nodes.slice(from, from + this.#chunk);
    const { command, timeoutSeconds, stdin, lines = false } = this.#command;
    const { api, orgId } = this.#operator;
    const answer = api.act(execApi, "create", {
      org_id: orgId,
      machine_ids: nodes.map(({ id }) => id),
      command,
      stdin,
      lines,
      ...(timeoutSeconds !== undefined && { timeout_seconds: timeoutSeconds }),
      run_id: this.runId,
    });
    nodes.forEach(({ id }, index) => {
      const token = answer.then(({ machines }) => {
        const machine = machines[index];
        if (machine?.token) return machine.token;
        throw new RemoteError(400, machine?.error ?? { code: "INTERNAL_ERROR", message: "no token came" });
      });
      // Looked at when its turn comes.
      token.catch(() => {});
      this.#tokens.set(id, token);
    });
  }
}
