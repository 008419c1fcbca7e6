import { z } from "zod";
import { runOperatorCommand } from "./with-operator.ts";

const Reports = z.array(
  z.object({
    chain: z.string(),
    rows: z.number(),
    fault: z.object({ seq: z.number(), problem: z.string() }).optional(),
  }),
);

/** `sallyport audit verify`: a line per chain; exit status 1 when one does not hold. */
export async function auditVerify({ json }: { json?: boolean }): Promise<void> {
  const reports = Reports.parse(await runOperatorCommand("audit-verify", {}));
  if (json) process.stdout.write(`${JSON.stringify(reports, null, 2)}\n`);
  else {
    for (const { chain, rows, fault } of reports) {
      const verdict = fault ? `BROKEN at row ${fault.seq} (${fault.problem.replaceAll("_", " ")})` : "intact";
      process.stdout.write(`${chain}: ${rows} rows, ${verdict}\n`);
    }
  }
  if (reports.some(({ fault }) => fault)) process.exitCode = 1;
}
