// What a test left behind when it failed half way goes with its process, also when the runner ends that by a signal.

/** @type {Set<() => void>} */
const acts = new Set();

function runAll() {
  for (const act of acts) act();
  acts.clear();
}

process.once("exit", runAll);
process.once("SIGTERM", () => {
  runAll();
  // As it would have ended without this listener.
  process.kill(process.pid, "SIGTERM");
});

/**
 * @param {() => void} act must do all it does at once: nothing is waited for any more
 * @returns {() => void} takes it back
 */
export function atExit(act) {
  acts.add(act);
  return () => {
    acts.delete(act);
  };
}
