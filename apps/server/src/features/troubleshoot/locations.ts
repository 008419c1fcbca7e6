/** Where tools can run, and how a caller names it. Pure. */
import { AppError, CONTROL_PLANE, type DiagnosticLocation, NODE_TYPES } from "@sallyport/protocol";

/** A machine as somebody who wants to run a tool there sees it. */
export interface Node {
  id: string;
  agentId: string;
  name: string;
  type: (typeof NODE_TYPES)[number];
  /** Online, with sessions switched on. */
  isReady: boolean;
}

const WORDS: Record<Node["type"], string> = { gateway: "Gateway", hub: "Hub", spoke: "Spoke", machine: "Machine" };

/** How a node may be named within its type: by the first of these that any has (X-29). */
const NAMES: readonly ((node: Node) => string)[] = [({ id }) => id, ({ agentId }) => agentId, ({ name }) => name];

export const locationOf = ({ type, id }: Pick<Node, "type" | "id">): string => `${type}:${id}`;

/** The control plane, then the nodes that are ready, by type; in the order in which they come. */
export function listLocations(nodes: readonly Node[]): DiagnosticLocation[] {
  const ready = NODE_TYPES.flatMap((type) => nodes.filter((node) => node.type === type && node.isReady));
  return [
    { location: CONTROL_PLANE, type: CONTROL_PLANE, label: "Control Plane" },
    ...ready.map((node) => ({
      location: locationOf(node),
      type: node.type,
      label: `${WORDS[node.type]}: ${node.name}`,
    })),
  ];
}

/**
 * The node that `TYPE:X` means.
 *
 * @throws AppError `INVALID_INPUT` for no type of ours or an ambiguous name, `NOT_FOUND`
 */
export function chooseNode(text: string, nodes: readonly Node[]): Node {
  const [type = "", ...rest] = text.split(":");
  const wanted = rest.join(":");
  if (!NODE_TYPES.some((each) => each === type) || wanted === "") {
    throw new AppError("INVALID_INPUT", {
      reason: `Unknown location type; location is ${CONTROL_PLANE}, or ${NODE_TYPES.map((each) => `${each}:ID`).join(", ")}`,
    });
  }
  for (const nameOf of NAMES) {
    const [found, another] = nodes.filter((node) => node.type === type && nameOf(node) === wanted);
    if (another) throw new AppError("INVALID_INPUT", { reason: `Several ${type}s are called ${wanted}; use an id` });
    if (found) return found;
  }
  throw new AppError("NOT_FOUND", { what: `Location ${text}` });
}
