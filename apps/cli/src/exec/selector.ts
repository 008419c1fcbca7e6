import { type AgentView, AppError } from "@sallyport/protocol";

/** What a selector can ask about. */
export type Selectable = Pick<AgentView, "id" | "agent_id" | "type" | "node_name" | "tags">;

type Predicate = (node: Selectable) => boolean;

const VALUES: Record<string, (node: Selectable) => readonly string[]> = {
  kind: ({ type }) => [type],
  tag: ({ tags }) => tags,
  name: ({ node_name, agent_id }) => [node_name, agent_id],
  id: ({ id }) => [id],
};

/**
 * Reads `kind=hub,tag=prod`: every condition must hold. `!=` means none of the node's values is that; a `*` in a value
 * stands for anything. Case does not matter.
 *
 * @throws AppError `INVALID_INPUT`
 */
export function parseSelector(text: string): Predicate {
  const conditions = text.split(",").map(parseCondition);
  return (node) => conditions.every((holds) => holds(node));
}

function parseCondition(text: string): Predicate {
  const [, key = "", operator, value = ""] = /^\s*(\w+)\s*(!?=)\s*(.*?)\s*$/.exec(text) ?? [];
  const valuesOf = Object.hasOwn(VALUES, key) ? VALUES[key] : undefined;
  if (!valuesOf || value === "") {
    const keys = Object.keys(VALUES).join(", ");
    throw new AppError("INVALID_INPUT", {
      reason: `'${text}' is no condition; write key=value or key!=value, with a key of ${keys}`,
    });
  }
  const pattern = patternOf(value);
  return (node) => valuesOf(node).some((each) => pattern.test(each)) === (operator === "=");
}

const patternOf = (value: string): RegExp => new RegExp(`^${value.split("*").map(escapePattern).join(".*")}$`, "is");

/** `RegExp.escape` needs Node 24. */
function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}
