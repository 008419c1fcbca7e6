import type { ExecNode } from "./exec-run.ts";
import { fileNameOf } from "./log-dir.ts";

const ID_CHARS = 8;

/** Names that tell these nodes apart, also as names of files: where two would be the same, with the beginning of the id. */
export function distinctNames(nodes: readonly ExecNode[]): ExecNode[] {
  const keyOf = ({ name }: ExecNode) => fileNameOf(name).toLowerCase();
  const counts = new Map<string, number>();
  for (const node of nodes) counts.set(keyOf(node), (counts.get(keyOf(node)) ?? 0) + 1);
  return nodes.map((node) =>
    (counts.get(keyOf(node)) ?? 0) > 1 ? { ...node, name: `${node.name}-${node.id.slice(0, ID_CHARS)}` } : node,
  );
}
