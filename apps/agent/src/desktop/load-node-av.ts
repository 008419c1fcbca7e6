/** FFmpeg's libraries: 170 MB that only machines with a desktop need, so they are loaded when one is shown, if they are there. */
export type NodeAv = typeof import("node-av/lib") & typeof import("node-av/constants");

/** @throws Error that says what to install */
export async function loadNodeAv(): Promise<NodeAv> {
  try {
    const [library, constants] = await Promise.all([import("node-av/lib"), import("node-av/constants")]);
    // Its words are for developers, and go past our log.
    library.Log.setLevel(constants.AV_LOG_QUIET);
    return { ...library, ...constants };
  } catch {
    throw new Error("the video encoder is not installed here: run 'npm install node-av' where the agent is installed");
  }
}
