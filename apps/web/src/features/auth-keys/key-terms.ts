/** What somebody writes when a key is made, and what the server is asked for. Pure. */
import { type authKeyApi, KEY_EXPIRY_DAYS } from "@sallyport/protocol";
import type { z } from "zod";
import { readNumber, splitWords } from "../keys/index.ts";

/** Fields as they are typed. */
export interface KeyTerms {
  reusable: boolean;
  ephemeral: boolean;
  expiryDays: string;
  /** Empty: any number. */
  maxUses: string;
  tags: string;
  /** Empty: from anywhere. */
  cidrs: string;
}

/** The contract's names, by which its refusals name them. */
export const TERM_FIELDS = ["expiry_days", "max_uses", "allowed_tags", "allowed_cidrs"] as const;
export type TermField = (typeof TERM_FIELDS)[number];

export const newTerms = (expiryDays: number = KEY_EXPIRY_DAYS.default): KeyTerms => ({
  reusable: false,
  ephemeral: false,
  expiryDays: String(expiryDays),
  maxUses: "",
  tags: "",
  cidrs: "",
});

type Wanted = Omit<z.input<typeof authKeyApi.actions.create_auth_key.input>, "org_id" | "name">;

export const wantedOf = ({ reusable, ephemeral, expiryDays, maxUses, tags, cidrs }: KeyTerms): Wanted => ({
  reusable,
  ephemeral,
  expiry_days: readNumber(expiryDays),
  ...(reusable && maxUses.trim() !== "" && { max_uses: readNumber(maxUses) }),
  allowed_tags: splitWords(tags),
  allowed_cidrs: splitWords(cidrs),
});
