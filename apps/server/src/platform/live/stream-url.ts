/** Where a machine dials a stream to a node: `path` on the node's address. */
export function streamUrl(nodeUrl: string, path: string): string {
  const url = new URL(path, nodeUrl);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}
