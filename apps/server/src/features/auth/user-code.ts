import { randomInt } from "node:crypto";
import { USER_CODE_CHARS, USER_CODE_LETTERS } from "@sallyport/protocol";

/** 34 bits: enough for ten minutes and a few guesses (RFC 8628, 5.1). */
export const newUserCode = (): string =>
  Array.from({ length: USER_CODE_CHARS }, () => USER_CODE_LETTERS[randomInt(USER_CODE_LETTERS.length)]).join("");
