import type { AttachShell } from "@sallyport/protocol";

/** Payload of an honest `spawn_shell` or `attach_shell`. */
export const attachShell = ({ streamUrl }: { streamUrl: string }, over: Partial<AttachShell> = {}): AttachShell => ({
  epoch: 1,
  stream_url: streamUrl,
  stream_token: "t",
  cols: 80,
  rows: 24,
  have: null,
  grace_seconds: 60,
  ...over,
});
