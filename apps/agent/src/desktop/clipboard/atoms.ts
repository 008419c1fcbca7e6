/** The atoms of a clipboard's talk (ICCCM 2), which every server numbers as it likes. */
import type { X11Connection } from "../x11/x11-connection.ts";

const NAMES = {
  clipboard: "CLIPBOARD",
  targets: "TARGETS",
  timestamp: "TIMESTAMP",
  multiple: "MULTIPLE",
  atomPair: "ATOM_PAIR",
  incr: "INCR",
  utf8: "UTF8_STRING",
  plainUtf8: "text/plain;charset=utf-8",
  plain: "text/plain",
  text: "TEXT",
  /** Where we have things written to. */
  received: "_SALLYPORT_RECEIVED",
} as const;

/** Numbered alike everywhere. */
const FIXED = { none: 0, primary: 1, atom: 4, integer: 19, string: 31 } as const;

export type Atoms = Record<keyof typeof NAMES, number> & typeof FIXED;

export async function clipboardAtoms({ atom }: X11Connection): Promise<Atoms> {
  const named = await Promise.all(Object.entries(NAMES).map(async ([key, name]) => [key, await atom(name)] as const));
  return { ...FIXED, ...(Object.fromEntries(named) as Record<keyof typeof NAMES, number>) };
}
