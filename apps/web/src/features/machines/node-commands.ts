/** What makes a machine the node that was created for it, as docs/gateway-setup.md has it. Pure. */
import { nodeFile, nodeFilePath } from "@sallyport/client";
import type { NodeView } from "@sallyport/protocol";

/** As a service that starts with the machine, or in a terminal, to try it. */
export type NodeRun = "service" | "terminal";

export function nodeCommands(node: NodeView & { token: string }, server: string, run: NodeRun): string {
  const path = run === "service" ? nodeFilePath(node) : `${node.type}.yaml`;
  return [
    `${run === "service" ? "sudo install -D" : "install"} -m 600 /dev/stdin ${path} <<'END'`,
    `${nodeFile(node, server)}END`,
    run === "service" ? `sudo npx ztna service install --config ${path}` : `npx ztna agent --config ${path}`,
  ].join("\n");
}
