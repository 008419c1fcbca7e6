import { AppError, NAME_CHARS } from "@sallyport/protocol";
import { z } from "zod";
import type { Database } from "../../platform/db/database.ts";
import { readInput } from "../../platform/http/read-input.ts";
import type { LocalCommand } from "../../platform/local/local-socket.ts";
import { vouchForOrg } from "../access/index.ts";
import type { ChainAuditor } from "../audit/index.ts";
import { createAuthKey } from "../auth-keys/index.ts";
import { findFirstOrgId } from "../organisations/index.ts";
import { queryDatabase } from "./query-database.ts";
import { setPassword } from "./set-password.ts";

const Query = z.object({ statement: z.string().min(1), user: z.string() });
const Witnesses = z.object({ rows: z.array(z.object({ chain: z.string(), seq: z.number().int(), hash: z.string() })) });
const NewPassword = z.object({ email: z.string(), password: z.string() });

const NewAuthKey = z.object({ name: z.string().min(1).max(NAME_CHARS), org_id: z.string().optional() });

/** Enough for somebody to walk over to the machine; a key that lies around should not work. */
const OPERATOR_KEY_DAYS = 1;

/** What the operator of this machine may ask of a server, running or not; `sallyport` calls them by these names. */
export const operatorCommands = (db: Database, auditor: ChainAuditor) =>
  ({
    "db-query": (input) => queryDatabase(db, readInput(Query, input)),
    "audit-verify": () => auditor.verifyAll(),
    "audit-compare": (input) => auditor.contradicted(readInput(Witnesses, input).rows),
    "user-password": async (input) => {
      const { email, password } = readInput(NewPassword, input);
      if (!(await setPassword(db, { email, password }))) throw new AppError("NOT_FOUND", { what: "Account" });
      return { email };
    },
    "auth-key-create": async (input) => {
      const { name, org_id } = readInput(NewAuthKey, input);
      const orgId = org_id ?? (await findFirstOrgId(db));
      if (orgId === undefined) throw new AppError("NOT_FOUND", { what: "Organisation" });
      // The operator of this machine owns the database: nobody needs to admit him.
      const by = { scope: vouchForOrg(orgId), actorId: null, ipAddress: null };
      const { key } = await createAuthKey(db, by, {
        name,
        reusable: false,
        ephemeral: false,
        expiryDays: OPERATOR_KEY_DAYS,
      });
      return { key };
    },
  }) satisfies Record<string, LocalCommand>;
