import { AccessVerb, AppError, NAME_CHARS } from "@sallyport/protocol";
import { z } from "zod";
import type { Database } from "../../platform/db/database.ts";
import { readInput } from "../../platform/http/read-input.ts";
import type { LocalCommand } from "../../platform/local/local-socket.ts";
import { explainAccess, type OrgScope, vouchForOrg } from "../access/index.ts";
import { verifyChains } from "../audit/index.ts";
import { createAuthKey } from "../auth-keys/index.ts";
import { findTarget } from "../machines/index.ts";
import { findFirstOrgId } from "../organisations/index.ts";
import { queryDatabase } from "./query-database.ts";
import { setPassword } from "./set-password.ts";

const Query = z.object({ statement: z.string().min(1), user: z.string() });
const NewPassword = z.object({ email: z.string(), password: z.string() });

const Question = z.object({
  user_id: z.string(),
  machine_id: z.string(),
  verb: AccessVerb,
  viewer_machine_id: z.string().optional(),
  org_id: z.string().optional(),
});

const NewAuthKey = z.object({ name: z.string().min(1).max(NAME_CHARS), org_id: z.string().optional() });

/** Enough for somebody to walk over to the machine; a key that lies around should not work. */
const OPERATOR_KEY_DAYS = 1;

/** What the operator of this machine may ask of a server, running or not; `sallyport` calls them by these names. */
export const operatorCommands = (db: Database, { heartbeatTimeoutSeconds }: { heartbeatTimeoutSeconds: number }) =>
  ({
    "access-explain": async (input) => {
      const { org_id, ...question } = readInput(Question, input);
      const find = (scope: OrgScope, machineId: string) => findTarget(db, scope, machineId, heartbeatTimeoutSeconds);
      return explainAccess({ db, findTarget: find }, await scopeOf(db, org_id), question);
    },
    "db-query": (input) => queryDatabase(db, readInput(Query, input)),
    "audit-verify": () => verifyChains(db),
    "user-password": async (input) => {
      const { email, password } = readInput(NewPassword, input);
      if (!(await setPassword(db, { email, password }))) throw new AppError("NOT_FOUND", { what: "Account" });
      return { email };
    },
    "auth-key-create": async (input) => {
      const { name, org_id } = readInput(NewAuthKey, input);
      const by = { scope: await scopeOf(db, org_id), actorId: null, ipAddress: null };
      const { key } = await createAuthKey(db, by, {
        name,
        reusable: false,
        ephemeral: false,
        expiryDays: OPERATOR_KEY_DAYS,
      });
      return { key };
    },
  }) satisfies Record<string, LocalCommand>;

/** The operator of this machine owns the database: nobody needs to admit him. */
async function scopeOf(db: Database, orgId: string | undefined): Promise<OrgScope> {
  const id = orgId ?? (await findFirstOrgId(db));
  if (id === undefined) throw new AppError("NOT_FOUND", { what: "Organisation" });
  return vouchForOrg(id);
}
