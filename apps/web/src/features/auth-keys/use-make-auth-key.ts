import { authKeyApi } from "@sallyport/protocol";
import { useMutation } from "@tanstack/react-query";
import { signedIn } from "../../api/client.ts";
import { enrolCommand } from "./enrol-command.ts";
import { type KeyTerms, wantedOf } from "./key-terms.ts";

export interface MadeAuthKey {
  id: string;
  /** Nowhere else. */
  key: string;
  name: string;
  /** The line that enrols a machine with it. */
  command: string;
}

/** Makes a key; its text is in what this returns, and is forgotten with the page. */
export const useMakeAuthKey = (orgId: string) =>
  useMutation({
    mutationFn: async ({ name, terms }: { name: string; terms: KeyTerms }): Promise<MadeAuthKey> => {
      const made = await signedIn((client) =>
        client.act(authKeyApi, "create_auth_key", { org_id: orgId, name, ...wantedOf(terms) }),
      );
      return { id: made.id, key: made.key, name: made.name, command: enrolCommand(window.location.origin, made.key) };
    },
  });

/** What a key is called that nobody named. */
export const unnamedKey = (): string => `Dashboard, ${new Date().toISOString().slice(0, 16).replace("T", " ")} UTC`;
