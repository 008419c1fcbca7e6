import { ACCESS_VERBS, type AccessVerb } from "@sallyport/protocol";

/** What one may do on a machine: as a choice, and after `may`. */
export const VERB_WORDS: Record<AccessVerb, { choice: string; does: string }> = {
  shell: { choice: "Shell", does: "open a shell on" },
  "desktop-admin": { choice: "Desktop, admin session", does: "open an admin desktop on" },
  "desktop-peer": { choice: "Desktop, peer session", does: "open a peer desktop on" },
};

export const VERB_OPTIONS = ACCESS_VERBS.map((value) => ({ value, words: VERB_WORDS[value].choice }));
