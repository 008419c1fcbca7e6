import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { z } from "zod";
import { AuditCopy } from "../features/audit/index.ts";
import { type RunCommand, withOperator } from "./with-operator.ts";

const Fault = z.object({ seq: z.number(), problem: z.string() });

const Reports = z.array(
  z.object({
    chain: z.string(),
    rows: z.number(),
    erased: z.number(),
    checkpoints: z.number(),
    fault: Fault.optional(),
  }),
);

const Contradictions = z.array(Fault.extend({ chain: z.string() }));

/** Rows that are compared at a time; the socket takes 256 KiB. */
const BATCH_ROWS = 500;

/**
 * `sallyport audit verify`: a line per chain; exit status 1 when one does not hold. `against` is a file of lines from
 * Loki or of an export, every one of which must be here as it is there.
 */
export async function auditVerify({ json, against }: { json?: boolean; against?: string }): Promise<void> {
  const { reports, copy } = await withOperator(async (run) => ({
    reports: Reports.parse(await run("audit-verify", {})),
    copy: against === undefined ? undefined : await compare(run, against),
  }));
  if (json) process.stdout.write(`${JSON.stringify(copy ? { chains: reports, copy } : reports, null, 2)}\n`);
  else {
    for (const { chain, rows, erased, checkpoints, fault } of reports) {
      const held = `${rows} rows, ${erased} erased, ${checkpoints} checkpoints, intact`;
      // What comes after it was not looked at.
      process.stdout.write(`${chain}: ${fault ? `BROKEN at ${place(fault)}; what is before it holds` : held}\n`);
    }
    if (copy) {
      for (const fault of copy.faults) process.stdout.write(`${fault.chain}: NOT AS IN THE COPY at ${place(fault)}\n`);
      process.stdout.write(`the copy: ${ofCopy(copy)}\n`);
    }
  }
  const isCopyHeld = !copy || (copy.rows > 0 && copy.unreadable === 0 && copy.faults.length === 0);
  if (!isCopyHeld || reports.some(({ fault }) => fault)) process.exitCode = 1;
}

function ofCopy({ rows, unreadable, faults }: Awaited<ReturnType<typeof compare>>): string {
  if (rows === 0) return "no audit rows; give an export as jsonl, or lines from Loki";
  const others = unreadable > 0 ? `, and ${unreadable} lines that are no audit rows` : "";
  return `${rows} rows, ${faults.length > 0 ? "not all" : "all"} as here${others}`;
}

const place = ({ seq, problem }: z.infer<typeof Fault>): string => `row ${seq} (${problem.replaceAll("_", " ")})`;

/** @returns of each chain the first row that is different */
async function compare(run: RunCommand, file: string) {
  const copy = new AuditCopy();
  const flush = async () => {
    const rows = copy.take();
    if (rows.length > 0) copy.contradict(Contradictions.parse(await run("audit-compare", { rows })));
  };
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
    copy.add(line);
    if (copy.waiting >= BATCH_ROWS) await flush();
  }
  await flush();
  return { rows: copy.rows, unreadable: copy.unreadable, faults: copy.faults };
}
