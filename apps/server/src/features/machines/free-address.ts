import { AppError } from "@sallyport/protocol";
import type { Queryable } from "../../platform/db/database.ts";
import { isAddressTaken, nextTailnetHost } from "./machines.store.ts";
import { tailnetAddress } from "./tailnet-address.ts";

/** Addresses in a row that may be taken before the pool counts as full. */
const ADDRESS_TRIES = 1_000;

/** @throws AppError `ADDRESS_POOL_EXHAUSTED` */
export async function freeAddress(tx: Queryable): Promise<string> {
  for (let tries = 0; tries < ADDRESS_TRIES; tries++) {
    const address = tailnetAddress(await nextTailnetHost(tx));
    if (!(await isAddressTaken(tx, address))) return address;
  }
  throw new AppError("ADDRESS_POOL_EXHAUSTED", {});
}
