import { ACCESS_VERBS, type AccessVerb } from "@sallyport/protocol";
import { t } from "../../lib/texts.ts";

/** What one may do on a machine: as a choice, and after `may`. */
export const VERB_WORDS: Record<AccessVerb, { choice: string; does: string }> = {
  shell: { choice: t("Shell"), does: t("open a shell on") },
  "desktop-admin": { choice: t("Desktop, admin session"), does: t("open an admin desktop on") },
  "desktop-peer": { choice: t("Desktop, peer session"), does: t("open a peer desktop on") },
};

export const VERB_OPTIONS = ACCESS_VERBS.map((value) => ({ value, words: VERB_WORDS[value].choice }));
