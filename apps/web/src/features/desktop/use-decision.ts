import { desktopApi } from "@sallyport/protocol";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { signedIn } from "../../api/client.ts";
import { errorMessage } from "../../api/errors.ts";
import { useToast } from "../../ui/index.tsx";
import { desktopQueries } from "./desktops.queries.ts";

type Act = "approve_consent" | "reject_consent" | "disconnect" | "terminate";

/** What somebody decides about a session, by the name of the API's action. */
export function useDecision(orgId: string) {
  const queries = useQueryClient();
  const toast = useToast();
  return useMutation({
    mutationFn: ({ act, sessionId }: { act: Act; sessionId: string }) =>
      signedIn((client) => client.act(desktopApi, act, { org_id: orgId, session_id: sessionId })),
    // Somebody else may have been faster, or the request has expired.
    onError: (error) => toast(errorMessage(error)),
    onSettled: () => queries.invalidateQueries({ queryKey: desktopQueries.all }),
  });
}
