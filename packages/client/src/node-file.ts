import type { NodeView } from "@sallyport/protocol";
import { isReadableOnTheWay } from "./decide-url.ts";

/**
 * A node's configuration, ready to be pasted into the file that its agent reads (GK-012 to GK-017). Pure.
 *
 * @param server the address of the control plane, as the operator uses it
 */
export function nodeFile(node: NodeView & { token: string }, server: string): string {
  const lines = [
    `# ${nodeFilePath(node)}`,
    `name: ${scalar(node.name)}`,
    `control_plane_url: ${scalar(server)}`,
    ...(node.hub_endpoint === null ? [] : [`hub_endpoint: ${scalar(node.hub_endpoint)}`]),
    `token: ${scalar(node.token)}`,
    // Plain HTTP to anything but the machine itself has to be allowed in the file.
    ...(isReadableOnTheWay(new URL(server)) ? ["insecure: true"] : []),
    "",
    `session_enabled: ${node.session_enabled}`,
    "",
  ];
  return lines.join("\n");
}

/** Where the agent's service looks for it. */
export const nodeFilePath = ({ type }: Pick<NodeView, "type">): string => `/etc/gatekey/${type}.yaml`;

/** Text that means itself in YAML, old or new: begins with a letter, has no blank, and no colon at an end. */
const PLAIN = /^[A-Za-z][\w./:-]*[\w/]$/;
/** Words that are something else. */
const TAKEN = /^(true|false|yes|no|on|off|null|nan|inf)$/i;

/** As it is where YAML reads it as text, else in quotes: every JSON string is one of YAML. */
const scalar = (text: string): string => (PLAIN.test(text) && !TAKEN.test(text) ? text : JSON.stringify(text));
