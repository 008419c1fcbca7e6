import { z } from "zod";
import { table } from "./table.ts";
import { runOperatorCommand } from "./with-operator.ts";

export interface NewKeyOptions {
  org?: string;
  reusable?: boolean;
  maxUses?: number;
  ephemeral?: boolean;
  expiryDays?: number;
  tag?: string[];
  cidr?: string[];
}

/** `sallyport auth-key create`: only the key on standard output, so that it can be captured. */
export async function authKeyCreate(name: string, options: NewKeyOptions): Promise<void> {
  const answer = await runOperatorCommand("auth-key-create", {
    name,
    org_id: options.org,
    reusable: options.reusable,
    max_uses: options.maxUses,
    ephemeral: options.ephemeral,
    expiry_days: options.expiryDays,
    allowed_tags: options.tag,
    allowed_cidrs: options.cidr,
  });
  process.stdout.write(`${z.object({ key: z.string() }).parse(answer).key}\n`);
}

/** `sallyport auth-key list`: what is known of keys; their texts are not. */
export async function authKeyList({ org, json }: { org?: string; json?: boolean }): Promise<void> {
  const answer = await runOperatorCommand("auth-key-list", { org_id: org });
  const keys = z.array(z.record(z.string(), z.unknown())).parse(answer);
  process.stdout.write(json ? `${JSON.stringify(keys, null, 2)}\n` : table(keys));
}

/** `sallyport auth-key revoke` */
export async function authKeyRevoke(id: string, { org }: { org?: string }): Promise<void> {
  const answer = await runOperatorCommand("auth-key-revoke", { org_id: org, key_id: id });
  const { machines_quarantined: count } = z.object({ machines_quarantined: z.number() }).parse(answer);
  process.stderr.write(`Revoked; ${count} ${count === 1 ? "machine is" : "machines are"} in quarantine.\n`);
}
