import { AppError } from "@sallyport/protocol";
import { z } from "zod";
import type { Database } from "../../platform/db/database.ts";
import { readInput } from "../../platform/http/read-input.ts";
import type { LocalCommand } from "../../platform/local/local-socket.ts";
import type { ChainAuditor } from "../audit/index.ts";
import { explainCommands } from "./explain-commands.ts";
import { keyCommands, type OnQuarantined } from "./key-commands.ts";
import { queryDatabase } from "./query-database.ts";
import { setPassword } from "./set-password.ts";

const Query = z.object({ statement: z.string().min(1), user: z.string() });
const Witnesses = z.object({ rows: z.array(z.object({ chain: z.string(), seq: z.number().int(), hash: z.string() })) });
const NewPassword = z.object({ email: z.string(), password: z.string() });

export interface OperatorDeps {
  db: Database;
  auditor: ChainAuditor;
  heartbeatTimeoutSeconds: number;
  /** Without a server there is nobody to tell: nodes that run elsewhere look at the rows. */
  onQuarantined?: OnQuarantined;
}

/** What the operator of this machine may ask of a server, running or not; `sallyport` calls them by these names. */
export const operatorCommands = ({ db, auditor, heartbeatTimeoutSeconds, onQuarantined = () => {} }: OperatorDeps) =>
  ({
    "db-query": (input) => queryDatabase(db, readInput(Query, input)),
    "audit-verify": () => auditor.verifyAll(),
    "audit-compare": (input) => auditor.contradicted(readInput(Witnesses, input).rows),
    "user-password": async (input) => {
      const { email, password } = readInput(NewPassword, input);
      if (!(await setPassword(db, { email, password }))) throw new AppError("NOT_FOUND", { what: "Account" });
      return { email };
    },
    ...explainCommands(db, heartbeatTimeoutSeconds),
    ...keyCommands(db, onQuarantined),
  }) satisfies Record<string, LocalCommand>;
