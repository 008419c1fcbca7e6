import { z } from "zod";
import { runOperatorCommand } from "./with-operator.ts";

/** `sallyport auth-key create`: only the key on standard output, so that it can be captured. */
export async function authKeyCreate(name: string, { org }: { org?: string }): Promise<void> {
  const answer = await runOperatorCommand("auth-key-create", { name, ...(org !== undefined && { org_id: org }) });
  process.stdout.write(`${z.object({ key: z.string() }).parse(answer).key}\n`);
}
