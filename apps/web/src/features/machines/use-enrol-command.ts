import { useState } from "react";
import { copyText } from "../../lib/clipboard.ts";
import { type KeyTerms, type MadeAuthKey, unnamedKey, useMakeAuthKey } from "../auth-keys/index.ts";

/**
 * Makes a key and puts the command that uses it on the clipboard, by the one press that asked for both. Where the
 * browser refuses the clipboard, the command is there to be copied by hand.
 *
 * @param textOf what is copied
 */
export function useEnrolCommand(orgId: string, textOf: (made: MadeAuthKey) => string | undefined) {
  const make = useMakeAuthKey(orgId);
  const [isCopied, setIsCopied] = useState(false);

  const create = (terms: KeyTerms) =>
    make.mutate(
      { name: unnamedKey(), terms },
      {
        onSuccess: (made) => {
          const text = textOf(made);
          if (text !== undefined) void copyText(text).then(setIsCopied);
        },
      },
    );
  const again = () => {
    setIsCopied(false);
    make.reset();
  };
  return { make, isCopied, create, again };
}
