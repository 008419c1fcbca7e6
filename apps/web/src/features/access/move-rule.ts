import { useMutation, useQueryClient } from "@tanstack/react-query";
import { RECORDS } from "../../api/records.ts";
import { useToast } from "../../ui/index.tsx";
import type { AclRule } from "./acl-rule.ts";
import { moveRule, type PriorityChange } from "./order-rules.ts";
import { changePriorities } from "./rule-writes.ts";

/** Moves rules by one place, one move at a time; and what went wrong with the last one. */
export function useMoveRule(orgId: string) {
  const queries = useQueryClient();
  const toast = useToast();
  const write = useMutation({
    mutationFn: ({ changes }: { changes: readonly PriorityChange[]; done: string }) => changePriorities(orgId, changes),
    onSuccess: (_, { done }) => toast(done),
    // Also after a failure: some of the changes may have been made.
    onSettled: () => queries.invalidateQueries({ queryKey: [RECORDS, "acl-rules", orgId] }),
  });

  const move = (rules: readonly AclRule[], { id }: AclRule, by: -1 | 1): void => {
    const to = rules.findIndex((each) => each.id === id) + by;
    // What comes before the answer would be about an order that is no more.
    if (write.isPending || to < 0 || to >= rules.length) return;
    const changes = moveRule(rules, id, to);
    if (changes) write.mutate({ changes, done: `The rule counts as number ${to + 1} of ${rules.length} now` });
    else toast("There is no priority left for it there; give these rules other priorities");
  };
  return { move, error: write.error };
}
