import type { RefusalCode } from "@sallyport/protocol";

/** Why something was not done, as the control plane is told it. */
export interface Refusal {
  code: RefusalCode;
  reason: string;
  /** Of the attachment, if it was one. */
  epoch?: number;
}

const REASON_CHARS = 200;

export const refusal = (code: RefusalCode, reason: string): Refusal => ({
  code,
  reason: reason.slice(0, REASON_CHARS),
});
