/**
 * What counts as an answer to the consent prompt. Pure: time in milliseconds.
 *
 * It must be meant: nothing counts in the first second, so that who clicks or types as it appears has not agreed; a
 * click is a press and a release on the same button; keys count only when the window was clicked first, and Enter
 * answers only what Tab has chosen.
 */
import { Keysym } from "../input/keysyms.ts";
import type { Choice } from "./prompt-layout.ts";

const NOT_MEANT_MS = 1_000;

export interface AnswerState {
  shownAt: number;
  /** When the window was clicked, so that it has the keyboard. */
  focusedAt: number | undefined;
  /** Where a button of the mouse went down. */
  pressedOn: Choice | undefined;
  selected: Choice | undefined;
}

export type AnswerEvent =
  | { kind: "press"; on: Choice | undefined; atMs: number }
  | { kind: "release"; on: Choice | undefined; atMs: number }
  | { kind: "key"; keysym: number; atMs: number };

export function decideAnswer(state: AnswerState, event: AnswerEvent): { state: AnswerState; answer?: Choice } {
  if (event.atMs - state.shownAt < NOT_MEANT_MS) return { state };
  if (event.kind === "press") {
    // A click beside the buttons says that the keyboard is wanted.
    const focusedAt = event.on === undefined ? (state.focusedAt ?? event.atMs) : state.focusedAt;
    return { state: { ...state, pressedOn: event.on, focusedAt } };
  }
  if (event.kind === "release") {
    const isClick = event.on !== undefined && event.on === state.pressedOn;
    return { state: { ...state, pressedOn: undefined }, ...(isClick && event.on && { answer: event.on }) };
  }
  if (state.focusedAt === undefined || event.atMs - state.focusedAt < NOT_MEANT_MS) return { state };
  switch (event.keysym) {
    case Keysym.Escape:
      return { state, answer: "refuse" };
    case Keysym.Tab:
    case Keysym.ISO_Left_Tab:
      return { state: { ...state, selected: state.selected === "refuse" ? "allow" : "refuse" } };
    case Keysym.Return:
    case Keysym.KP_Enter:
    case Keysym.space:
      return { state, ...(state.selected && { answer: state.selected }) };
    default:
      return { state };
  }
}
