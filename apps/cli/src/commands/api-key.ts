import { API_KEY_PREFIX, type ApiKeyView, AppError, authKeyApi, type Role } from "@sallyport/protocol";
import type { Cli } from "../cli.ts";
import { seconds } from "../output/seconds.ts";
import { findByPrefix, shortIds } from "../session/find-by-prefix.ts";

/** `gatekey-admin api-key create` */
export async function apiKeyCreate(
  { print, signedIn }: Cli,
  name: string,
  { role, expiresDays }: { role?: Role; expiresDays?: number },
): Promise<void> {
  const { api, orgId } = await signedIn();
  const made = await api.act(authKeyApi, "create_api_key", {
    org_id: orgId,
    name,
    ...(role && { role }),
    ...(expiresDays !== undefined && { expires_days: expiresDays }),
  });
  if (print.format !== "table") return print.one(made, () => []);
  process.stdout.write(`${made.key}\n`);
  process.stderr.write(
    `An API key of the role ${made.role}, until ${seconds(made.expires_at)}. It is not shown again.\n`,
  );
}

/** `gatekey-admin api-key list` */
export async function apiKeyList({ print, signedIn }: Cli): Promise<void> {
  const { api, orgId } = await signedIn();
  const { keys } = await api.act(authKeyApi, "list_api_keys", { org_id: orgId });
  const short = new Map(shortIds(keys.map(({ id }) => id)).map((id, index) => [keys[index], id]));
  print.list(
    keys,
    [
      { header: "ID", cell: (key) => short.get(key) ?? key.id, whole: true },
      { header: "Name", cell: ({ name }) => name },
      { header: "Key", cell: ({ key_prefix }) => key_prefix, whole: true },
      { header: "Role", cell: ({ role }) => role },
      { header: "User", cell: ({ user_email }) => user_email },
      { header: "State", cell: stateOf },
      { header: "Last used", cell: ({ last_used_at }) => (last_used_at ? seconds(last_used_at) : "never") },
    ],
    { empty: "There are no API keys." },
  );
}

function stateOf({ revoked_at, expires_at }: ApiKeyView): string {
  if (revoked_at) return `revoked ${seconds(revoked_at)}`;
  return `${Date.parse(expires_at) < Date.now() ? "expired" : "until"} ${seconds(expires_at)}`;
}

/** `gatekey-admin api-key revoke`. Nothing is revoked when one name is wrong. */
export async function apiKeyRevoke({ signedIn }: Cli, wanted: string[]): Promise<void> {
  const { api, orgId } = await signedIn();
  const { keys } = await api.act(authKeyApi, "list_api_keys", { org_id: orgId });
  const doomed = new Set(wanted.map((each) => findKey(keys, each)));
  for (const { id, name } of doomed) {
    const { keys_revoked: count } = await api.act(authKeyApi, "revoke_api_key", { org_id: orgId, key_id: id });
    const others = count > 1 ? `, and ${count - 1} made with it` : "";
    process.stderr.write(count === 0 ? `${name} had ended before.\n` : `Revoked ${name}${others}.\n`);
  }
}

/** By its name where one key that still counts has it, by its id, or by what is shown of the key itself. */
function findKey(keys: readonly ApiKeyView[], wanted: string): ApiKeyView {
  const named = keys.filter(({ name, revoked_at }) => name === wanted && revoked_at === null);
  const [only, another] = named;
  if (another) {
    const ids = named.map(({ id }) => id).join(", ");
    throw new AppError("INVALID_INPUT", { reason: `Several keys are called ${wanted}; use one of the ids ${ids}` });
  }
  if (only) return only;
  if (!wanted.startsWith(API_KEY_PREFIX)) return findByPrefix(keys, wanted, "API key");
  const byKey = keys.map((key) => ({ id: key.key_prefix.replace(/\.+$/, ""), key }));
  return findByPrefix(byKey, wanted.slice(0, byKey[0]?.id.length).replace(/\.+$/, ""), "API key").key;
}
