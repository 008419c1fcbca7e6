import { AppError, PASSWORD_BYTES } from "@sallyport/protocol";
import { and, eq, isNull, sql } from "drizzle-orm";
import type { Database } from "../../platform/db/database.ts";
import { signIns, users } from "../../platform/db/schema.ts";
import { hashPassword } from "../auth/index.ts";

/** For an owner who has lost the password: sets a new one and ends every sign-in made with the old. */
export async function setPassword(
  db: Database,
  { email, password }: { email: string; password: string },
): Promise<boolean> {
  const bytes = Buffer.byteLength(password);
  if (bytes < PASSWORD_BYTES.min || bytes > PASSWORD_BYTES.max) {
    throw new AppError("INVALID_INPUT", {
      reason: `password must have ${PASSWORD_BYTES.min} to ${PASSWORD_BYTES.max} bytes`,
    });
  }
  const passwordHash = await hashPassword(password);
  return db.transaction(async (tx) => {
    const [user] = await tx
      .update(users)
      .set({ passwordHash })
      .where(eq(users.email, email.toLowerCase()))
      .returning({ id: users.id });
    if (!user) return false;
    await tx
      .update(signIns)
      .set({ revokedAt: sql`now()` })
      .where(and(eq(signIns.userId, user.id), isNull(signIns.revokedAt)));
    return true;
  });
}
