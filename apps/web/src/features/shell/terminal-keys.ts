/** Keys of a terminal that are the page's and not the program's. */
export type PageKey =
  | "search"
  | "copy"
  | "paste"
  | "larger"
  | "smaller"
  | "splitColumns"
  | "splitRows"
  | "nextPane"
  | "nextTab"
  | "previousTab";

interface Key {
  key: string;
  ctrlKey: boolean;
  shiftKey: boolean;
  altKey: boolean;
  metaKey: boolean;
}

const PAGE_KEYS: Record<string, PageKey> = {
  f: "search",
  c: "copy",
  v: "paste",
  "+": "larger",
  "=": "larger",
  "-": "smaller",
  _: "smaller",
  e: "splitColumns",
  o: "splitRows",
  y: "nextPane",
  pagedown: "nextTab",
  pageup: "previousTab",
};

/** What Ctrl+Shift and this key mean to the page; undefined for a key that the program gets. */
export function pageKey({ key, ctrlKey, shiftKey, altKey, metaKey }: Key): PageKey | undefined {
  return ctrlKey && shiftKey && !altKey && !metaKey ? PAGE_KEYS[key.toLowerCase()] : undefined;
}

export const isPageKey = (key: Key): boolean => pageKey(key) !== undefined;
