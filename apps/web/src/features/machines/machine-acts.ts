import type { HttpClient } from "@sallyport/client";
import type { MachineView } from "@sallyport/protocol";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { signedIn } from "../../api/client.ts";
import { machineQueries } from "./machines.queries.ts";

/** One call of the API about the machine that `of` names. */
export type MachineAct = (client: HttpClient, of: { org_id: string; machine_id: string }) => Promise<unknown>;

/** What administrators do with one machine. */
export function useMachineAct({ id, org_id }: MachineView, onDone: () => void = () => {}) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (act: MachineAct) => signedIn((client) => act(client, { org_id, machine_id: id })),
    onSuccess: () => {
      // The change is announced as well; but not while the live socket is away.
      void queries.invalidateQueries({ queryKey: machineQueries.all });
      onDone();
    },
  });
}
