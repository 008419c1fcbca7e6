import type { NodeView } from "@sallyport/protocol";
import { stringify } from "yaml";

/**
 * A node's configuration, ready to be pasted into the file that its agent reads (GK-012 to GK-017). Pure.
 *
 * @param server the address of the control plane, as the operator uses it
 */
export function nodeFile(node: NodeView & { token: string }, server: string): string {
  const lines: Record<string, unknown> = {
    name: node.name,
    control_plane_url: server,
    ...(node.hub_endpoint !== null && { hub_endpoint: node.hub_endpoint }),
    token: node.token,
    ...(isReadable(server) && { insecure: true }),
  };
  return `# ${nodeFilePath(node)}\n${stringify(lines)}\n${stringify({ session_enabled: node.session_enabled })}`;
}

export const nodeFilePath = ({ type }: Pick<NodeView, "type">): string => `/etc/gatekey/${type}.yaml`;

/** Plain HTTP to anything but the machine itself has to be allowed in the file. */
function isReadable(server: string): boolean {
  const { protocol, hostname } = new URL(server);
  return protocol === "http:" && !/^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/i.test(hostname);
}
