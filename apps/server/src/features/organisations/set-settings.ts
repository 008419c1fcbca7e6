import type { Database } from "../../platform/db/database.ts";
import { recordEvent } from "../audit/index.ts";
import type { By } from "./manage-members.ts";
import { findSettings, type Settings, updateSettings } from "./organisations.store.ts";

/** Changes what is given of an organisation's settings; what it was before is in the log. */
export async function setSettings(
  db: Database,
  { actor, scope, ipAddress }: By,
  wanted: { [Name in keyof Settings]?: Settings[Name] | undefined },
): Promise<Settings> {
  return db.transaction(async (tx) => {
    const before = await findSettings(tx, scope);
    const settings = { record_command_output: wanted.record_command_output ?? before.record_command_output };
    await updateSettings(tx, scope, settings);
    await recordEvent(tx, {
      action: "org.settings_changed",
      orgId: scope.orgId,
      resourceType: "org",
      resourceId: scope.orgId,
      actorId: actor.userId,
      metadata: { before, after: settings },
      ipAddress,
    });
    return settings;
  });
}
