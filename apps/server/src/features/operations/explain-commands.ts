import { accessApi } from "@sallyport/protocol";
import type { Database } from "../../platform/db/database.ts";
import { readInput } from "../../platform/http/read-input.ts";
import type { LocalCommand } from "../../platform/local/local-socket.ts";
import { explainAccess, type OrgScope } from "../access/index.ts";
import { findTarget } from "../machines/index.ts";
import { asOperator } from "./as-operator.ts";

const Question = accessApi.actions.explain.input.partial({ org_id: true });

/** Who may reach what, and why, for the operator of this machine. */
export const explainCommands = (db: Database, heartbeatTimeoutSeconds: number) =>
  ({
    "access-explain": async (input) => {
      const { org_id, ...question } = readInput(Question, input);
      const { scope } = await asOperator(db, org_id);
      const find = (within: OrgScope, machineId: string) => findTarget(db, within, machineId, heartbeatTimeoutSeconds);
      return explainAccess({ db, findTarget: find }, scope, question);
    },
  }) satisfies Record<string, LocalCommand>;
