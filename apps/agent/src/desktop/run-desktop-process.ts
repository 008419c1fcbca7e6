/** `ztna desktop-process`: the session host's child that shows the screen. They speak on the channel that Node gives them. */
import { setFlagsFromString } from "node:v8";
import type { Logger } from "../platform/logger.ts";
import { onAbort } from "../platform/on-abort.ts";
import { DesktopProcess } from "./desktop-process.ts";
import type { DisplayPlace } from "./display/find-display.ts";
import { linuxPlatform } from "./platform-linux.ts";

/**
 * V8 is told of each picture's 8 MB, and reckons them as its own heap's, which has 23 MB here: it went through the whole
 * heap up to ten times a second, a sixth of what a page that scrolls costs. With this it does so every few seconds, and the
 * heap may become five times as large, at most, before it does.
 */
const HEAP_GROWING_PERCENT = 400;

/** Runs until the host has gone, somebody stops it, or nobody needs it. False when no host started it. */
export async function runDesktopProcess({
  place,
  logger,
  signal,
}: {
  place: DisplayPlace;
  logger: Logger;
  signal: AbortSignal;
}): Promise<boolean> {
  const send = process.send?.bind(process);
  if (!send) return false;
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWING_PERCENT}`);
  let leave = () => {};
  const left = new Promise<void>((resolve) => {
    leave = resolve;
  });
  const desktop = new DesktopProcess({
    platform: linuxPlatform(place),
    logger,
    // A host that is gone hears nothing, which its disconnect says.
    tell: (message) => send(message, undefined, undefined, () => {}),
    idle: leave,
  });
  process.on("message", (message) => desktop.receive(message));
  process.on("disconnect", leave);
  onAbort(signal, leave);
  // First: an offer that comes while it is looked at takes this screen, and opens none of its own.
  void desktop.prepare();
  await desktop.look();
  // A viewer is expected: what its connection needs is loaded before it offers.
  void import("./transport/webrtc-transport.ts").then(({ prepareWebRtc }) => prepareWebRtc()).catch(() => {});
  await left;
  await desktop.close("the machine stops showing its screen");
  if (process.connected) process.disconnect();
  return true;
}
