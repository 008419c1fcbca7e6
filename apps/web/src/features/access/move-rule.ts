import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useLiveStatus } from "../../api/live-status.ts";
import { t } from "../../lib/texts.ts";
import { useToast } from "../../ui/index.tsx";
import { accessQueries } from "./access.queries.ts";
import { moveRule } from "./order-rules.ts";
import { changePriorities } from "./rule-writes.ts";

interface Move {
  id: string;
  by: -1 | 1;
}

/** Moves rules by one place, one move after the other; and what went wrong with the last one. */
export function useMoveRule(orgId: string) {
  const queries = useQueryClient();
  const toast = useToast();
  const { queryKey } = accessQueries.rules(orgId, useLiveStatus());
  const write = useMutation({
    // The next one waits: it is about the order that this one makes.
    scope: { id: `move rules of ${orgId}` },
    mutationFn: async ({ id, by }: Move): Promise<string | undefined> => {
      const rules = queries.getQueryData(queryKey) ?? [];
      const to = rules.findIndex((each) => each.id === id) + by;
      if (to < 0 || to >= rules.length) return undefined;
      const changes = moveRule(rules, id, to);
      if (!changes) return t("There is no priority left for it there; give these rules other priorities");
      await changePriorities(orgId, changes);
      return t("The rule counts as number {{value}} of {{number}} now", { value: to + 1, number: rules.length });
    },
    onSuccess: (done) => done && toast(done),
    // Also after a failure: some of the changes may have been made.
    onSettled: () => queries.invalidateQueries({ queryKey }),
  });
  return { move: (id: string, by: -1 | 1): void => write.mutate({ id, by }), error: write.error };
}
