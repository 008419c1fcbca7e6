import { AppError } from "@sallyport/protocol";
import { parseSelector, type Selectable } from "./selector.ts";

/**
 * The nodes that a command is for, in the order of their names: those that any of the selectors chooses.
 *
 * @throws AppError `NOT_FOUND` when there is none
 */
export function selectNodes<Node extends Selectable>(nodes: readonly Node[], selectors: readonly string[]): Node[] {
  const predicates = selectors.map(parseSelector);
  const chosen = nodes.filter((node) => predicates.some((holds) => holds(node)));
  if (chosen.length === 0) throw new AppError("NOT_FOUND", { what: `A connected node with ${selectors.join(" or ")}` });
  return chosen.sort((a, b) => (a.name < b.name ? -1 : 1));
}
