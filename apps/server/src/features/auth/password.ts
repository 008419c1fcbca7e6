import { hash, verify } from "@node-rs/argon2";

/** OWASP's recommendation for argon2id; about 25 ms here, off the event loop. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export const hashPassword = (password: string): Promise<string> => hash(password, COST);

/** Verified when there is no such account, so that the answer takes as long as for one that exists. */
const nobody = hashPassword("no account has this password");

export async function isPassword(passwordHash: string | null | undefined, password: string): Promise<boolean> {
  const matches = await verify(passwordHash ?? (await nobody), password);
  return matches && passwordHash != null;
}
