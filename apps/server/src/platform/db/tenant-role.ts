/** The role behind the second wall around tenants: what it may touch is granted here, whose rows it sees the policies say. */
import { randomInt } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import pg from "pg";
import { sqlState } from "./database.ts";

export const TENANT_ROLE = "sallyport_tables";

/** What the role may do with a table; columns by their names in the database. */
export interface TableGrant {
  table: string;
  select: readonly string[];
  insert: readonly string[];
  update: readonly string[];
  delete: boolean;
}

const INSUFFICIENT_PRIVILEGE = "42501";
/** Roles belong to the whole cluster, so whoever prepares another database of it at this moment changes the same rows. */
const ATTEMPTS = 20;
const LONGEST_PAUSE_MS = 250;

/**
 * Makes the role and gives it exactly `grants` in this database. Safe to repeat.
 *
 * @param client a connection of the tables' owner, under the migration lock
 * @returns undefined when it is ready; what an administrator has to run first when the database user may neither make the
 *   role nor act as it, and nothing is changed then
 */
export async function prepareTenantRole(
  client: pg.ClientBase,
  grants: readonly TableGrant[],
): Promise<string | undefined> {
  const script = `BEGIN; ${MAKE_ROLE} ${REVOKE_ALL} ${grants.flatMap(grantStatements).join(" ")} COMMIT;`;
  for (let attempt = 1; ; attempt++) {
    try {
      await client.query(script);
      return undefined;
    } catch (error) {
      await client.query("ROLLBACK");
      if (sqlState(error) === INSUFFICIENT_PRIVILEGE) return statementsFor(client);
      if (!isCollision(error) || attempt === ATTEMPTS) throw error;
      await wait(randomInt(LONGEST_PAUSE_MS));
    }
  }
}

async function statementsFor(client: pg.ClientBase): Promise<string> {
  const { rows } = await client.query<{ user: string }>('SELECT current_user AS "user"');
  return `CREATE ROLE ${TENANT_ROLE} NOLOGIN; GRANT ${TENANT_ROLE} TO ${pg.escapeIdentifier(rows[0]?.user ?? "")};`;
}

const MAKE_ROLE = `
  DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${TENANT_ROLE}') THEN
      CREATE ROLE ${TENANT_ROLE} NOLOGIN;
    END IF;
  EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; -- Another database of the cluster was first.
  END $$;
  DO $$ BEGIN
    GRANT ${TENANT_ROLE} TO CURRENT_USER;
  EXCEPTION WHEN insufficient_privilege THEN NULL; -- An administrator has done it, or the next line fails.
  END $$;
  SET LOCAL ROLE ${TENANT_ROLE};
  RESET ROLE;
  DO $$ BEGIN
    IF NOT has_schema_privilege('${TENANT_ROLE}', current_schema(), 'USAGE') THEN
      EXECUTE format('GRANT USAGE ON SCHEMA %I TO ${TENANT_ROLE}', current_schema());
    END IF;
  END $$;`;

/** What an older version granted and this one does not, above all. Only tables of ours: others' are not ours to revoke. */
const REVOKE_ALL = `
  DO $$ DECLARE ours regclass; BEGIN
    FOR ours IN
      SELECT oid FROM pg_class
      WHERE relkind IN ('r', 'p', 'v', 'm') AND relnamespace = current_schema()::regnamespace
        AND pg_has_role(relowner, 'USAGE')
    LOOP
      EXECUTE format('REVOKE ALL ON %s FROM ${TENANT_ROLE}', ours);
    END LOOP;
  END $$;`;

function grantStatements({ table, select, insert, update, delete: mayDelete }: TableGrant): string[] {
  const on = `ON ${pg.escapeIdentifier(table)} TO ${TENANT_ROLE};`;
  const columns = (verb: string, names: readonly string[]) =>
    names.length > 0 ? [`GRANT ${verb} (${names.map((name) => pg.escapeIdentifier(name)).join(", ")}) ${on}`] : [];
  return [
    ...columns("SELECT", select),
    ...columns("INSERT", insert),
    ...columns("UPDATE", update),
    ...(mayDelete ? [`GRANT DELETE ${on}`] : []),
  ];
}

/** Duplicate object, unique violation, serialisation failure, deadlock; and one that has no code of its own. */
const isCollision = (error: unknown): boolean =>
  /^(42710|23505|40001|40P01)$/.test(sqlState(error) ?? "") ||
  (error instanceof Error && error.message.includes("tuple concurrently"));
