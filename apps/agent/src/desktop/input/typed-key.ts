/** What a viewer's key is to do on the machine. Pure. */
import { keysymsOf } from "./keysyms.ts";
import { keysymsOfNamedKey, numpadKeysym } from "./named-keys.ts";

/** Those of a viewer's keys that are down and change others. */
export interface ViewerModifiers {
  shift: boolean;
  /** Control, Alt or Super: what is typed with them is a command. */
  command: boolean;
}

export type TypedKey =
  /** A character, whatever the layout of the machine is. */
  | { kind: "character"; keysyms: readonly number[] }
  /** A key of its own. */
  | { kind: "key"; keysyms: readonly number[]; isModifier: boolean }
  | { kind: "nothing" };

const MODIFIERS = new Set(["Shift", "Control", "Alt", "AltGraph", "Meta", "Super", "OS", "Hyper"]);
const OF_LATIN_KEYBOARDS = /^[\p{Script=Latin}\p{Script=Common}]$/u;

export function typedKey({ code, key }: { code: string; key: string }, held: ViewerModifiers): TypedKey {
  const isCharacter = [...key].length === 1;
  if (!isCharacter) {
    const keysyms = keysymsOfNamedKey({ code, key });
    return keysyms.length > 0 ? { kind: "key", keysyms, isModifier: MODIFIERS.has(key) } : { kind: "nothing" };
  }
  const character = held.command ? commandCharacter({ code, key }, held.shift) : key;
  const keysyms = keysymsOf(character.codePointAt(0) ?? 0);
  if (keysyms.length === 0) return { kind: "nothing" };
  const numpad = code.startsWith("Numpad") ? numpadKeysym(character) : undefined;
  return { kind: "character", keysyms: numpad === undefined ? keysyms : [numpad, ...keysyms] };
}

/**
 * The letter of a command: with Shift the capital one, without it the small one, whatever Caps Lock says. On a keyboard
 * of another script it is the Latin letter of the same key, which is what programs know their commands by.
 */
function commandCharacter({ code, key }: { code: string; key: string }, isShifted: boolean): string {
  const latin = /^Key([A-Z])$/.exec(code)?.[1];
  const letter = latin !== undefined && !OF_LATIN_KEYBOARDS.test(key) ? latin : key;
  const other = isShifted ? letter.toUpperCase() : letter.toLowerCase();
  // Some letters become two when they are made large.
  return [...other].length === 1 ? other : letter;
}

export const isCommandModifier = (key: string): boolean => MODIFIERS.has(key) && key !== "Shift" && key !== "AltGraph";
