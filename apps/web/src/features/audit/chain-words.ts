/** What a check of the chain found, in words. */
import type { auditApi } from "@sallyport/protocol";
import type { z } from "zod";
import { plural, t } from "../../lib/texts.ts";

export type ChainReport = z.output<(typeof auditApi)["actions"]["verify"]["output"]>;

const PROBLEMS: Record<string, string> = {
  missing: t("an entry is gone that was there"),
  changed: t("the entry was changed after it was written, or what comes before it was"),
  out_of_order: t("an entry is at a place where it cannot be"),
  erased_without_proof: t("an entry was removed, and not by this server's retention"),
  not_as_signed: t("the entry is another one than the one that this server signed"),
  badly_signed: t("a signature there was not made with this server's key"),
};

const entries = (count: number): string =>
  plural(count, { one: "{{count, number}} entry", other: "{{count, number}} entries" });

/** @returns the verdict, and what it rests on or means */
export function describeChain({ rows, erased, checkpoints, fault }: ChainReport): { title: string; detail: string } {
  const looked = [
    entries(rows),
    erased > 0 ? t("{{erased}} erased by retention", { erased: entries(erased) }) : t("none erased"),
    plural(checkpoints, {
      one: "{{count, number}} signed checkpoint",
      other: "{{count, number}} signed checkpoints",
    }),
  ].join(", ");
  if (!fault)
    return {
      title: t("The chain is intact"),
      detail: t("{{looked}}. Nothing was changed, removed or put in.", { looked }),
    };
  const problem = PROBLEMS[fault.problem] ?? fault.problem.replaceAll("_", " ");
  return {
    title: t("The chain is broken at entry {{seq}}", { seq: fault.seq }),
    detail: t(
      "There, {{problem}}. What comes before it is intact ({{looked}}); what comes after it was not checked. Somebody who can write to the database did this, or it was restored from an old backup. Compare it with a copy: sallyport audit verify --against FILE.",
      { problem, looked },
    ),
  };
}
