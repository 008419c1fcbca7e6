import type { InputEvent } from "./input/input-sink.ts";

/**
 * What of a viewer's input reaches the screen. While the person there is asked about another viewer, nothing does: the
 * prompt tells by their source that keys and clicks are not the person's own, but the pointer is everybody's, and one
 * that a viewer moves onto Allow in the right moment would turn the person's click into consent. What the viewer holds
 * is let go. Pure.
 */
export function decideInputPassed(event: InputEvent, { isPromptUp }: { isPromptUp: boolean }): InputEvent | undefined {
  return isPromptUp ? { type: "release" } : event;
}
