/** What a check of the chain found, in words. */
import type { auditApi } from "@sallyport/protocol";
import type { z } from "zod";

export type ChainReport = z.output<(typeof auditApi)["actions"]["verify"]["output"]>;

const PROBLEMS: Record<string, string> = {
  missing: "an entry is gone that was there",
  changed: "the entry was changed after it was written, or what comes before it was",
  out_of_order: "an entry is at a place where it cannot be",
  erased_without_proof: "an entry was removed, and not by this server's retention",
  not_as_signed: "the entry is another one than the one that this server signed",
  badly_signed: "a signature there was not made with this server's key",
};

const amount = (count: number, one: string, many: string): string =>
  `${count.toLocaleString("en-GB")} ${count === 1 ? one : many}`;

/** @returns the verdict, and what it rests on or means */
export function describeChain({ rows, erased, checkpoints, fault }: ChainReport): { title: string; detail: string } {
  const looked = [
    amount(rows, "entry", "entries"),
    erased > 0 ? `${amount(erased, "entry", "entries")} erased by retention` : "none erased",
    amount(checkpoints, "signed checkpoint", "signed checkpoints"),
  ].join(", ");
  if (!fault) return { title: "The chain is intact", detail: `${looked}. Nothing was changed, removed or put in.` };
  const problem = PROBLEMS[fault.problem] ?? fault.problem.replaceAll("_", " ");
  return {
    title: `The chain is broken at entry ${fault.seq}`,
    detail: `There, ${problem}. What comes before it is intact (${looked}); what comes after it was not checked. Somebody who can write to the database did this, or it was restored from an old backup. Compare it with a copy: sallyport audit verify --against FILE.`,
  };
}
