const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
type Forwarded = (typeof SIGNALS)[number];

/**
 * Passes this process's signals on: the first to the remote command, which may take its time to obey; the second ends
 * it. Returns how to stop.
 */
export function forwardSignals(to: { signal(name: Forwarded): void; interrupt(): void }): () => void {
  let isSecond = false;
  const onSignal = (name: Forwarded) => {
    if (isSecond) return to.interrupt();
    isSecond = true;
    to.signal(name);
  };
  for (const name of SIGNALS) process.on(name, onSignal as NodeJS.SignalsListener);
  return () => {
    for (const name of SIGNALS) process.off(name, onSignal as NodeJS.SignalsListener);
  };
}
