import { Link } from "@tanstack/react-router";
import { fullTime, timeAgo } from "../../lib/format-time.ts";
import { t } from "../../lib/texts.ts";
import { useNow } from "../../lib/use-now.ts";
import type { RowKeys } from "../../lib/use-row-keys.ts";
import { Badge, Button, DataTable, Dot } from "../../ui/index.tsx";
import { type AuthKeyRow, describeAuthKey, kindWords, stateOf, usesWords } from "./auth-key.ts";

const GRID =
  "max-md:grid-cols-[minmax(0,1fr)_auto] md:grid-cols-[minmax(0,1.7fr)_minmax(0,0.9fr)_minmax(0,0.6fr)_minmax(0,1.1fr)_minmax(0,0.8fr)_minmax(0,1.9fr)_5rem]";

interface AuthKeyTableProps {
  keys: readonly AuthKeyRow[];
  rows: RowKeys;
  onRevoke: (key: AuthKeyRow) => void;
}

/** Keys with what they are good for; each leads to who used it. */
export function AuthKeyTable({ keys, rows, onRevoke }: AuthKeyTableProps) {
  const nowMs = useNow();
  return (
    <DataTable
      label={t("Auth keys")}
      grid={GRID}
      columns={[t("Key"), t("Kind"), t("Uses"), t("Tags and addresses"), t("Created"), t("State"), ""]}
      rows={keys}
      rowKey={({ id }) => id}
      keys={rows}
    >
      {(key) => <Cells authKey={key} nowMs={nowMs} onRevoke={onRevoke} />}
    </DataTable>
  );
}

interface CellsProps {
  authKey: AuthKeyRow;
  nowMs: number;
  onRevoke: (key: AuthKeyRow) => void;
}

function Cells({ authKey, nowMs, onRevoke }: CellsProps) {
  const { id, name, key_prefix, created_at } = authKey;
  const { tone, word, detail, at } = describeAuthKey(authKey, nowMs);
  const isDone = stateOf(authKey, nowMs) === "revoked";
  return (
    <>
      <th scope="row" className="min-w-0 text-left font-normal">
        <Link
          data-open
          to="/auth-keys/$keyId"
          params={{ keyId: id }}
          preload="intent"
          className="block truncate font-medium underline-offset-2 hover:underline"
          title={name}
        >
          <bdi>{name}</bdi>
        </Link>
        <span className="block truncate font-mono text-ink-3 text-xs">{key_prefix}</span>
      </th>
      <td className="flex min-w-0 flex-wrap gap-1 max-md:hidden">
        {kindWords(authKey).map((kind) => (
          <Badge key={kind}>{kind}</Badge>
        ))}
      </td>
      <td className="min-w-0 truncate text-ink-2 text-sm max-md:hidden">{usesWords(authKey)}</td>
      <td className="min-w-0 text-ink-2 text-sm max-md:hidden">
        <Bounds authKey={authKey} />
      </td>
      <td className="min-w-0 truncate text-ink-2 text-sm max-md:hidden" title={fullTime(created_at)}>
        {timeAgo(created_at, nowMs)}
      </td>
      <td className="min-w-0 max-md:col-start-1 max-md:row-start-2" title={at}>
        <span className="flex min-w-0 items-baseline gap-1.5 text-ink-2 text-sm">
          <Dot tone={tone} />
          <span className={`shrink-0 ${tone === "warn" ? "text-warn" : tone === "danger" ? "text-danger" : ""}`}>
            {word}
          </span>
          {detail && <span className="truncate text-ink-3">{detail}</span>}
        </span>
        <span className="block truncate text-ink-3 text-xs md:hidden">
          {t("{{value}}, used {{authKey}}", { value: kindWords(authKey).join(", "), authKey: usesWords(authKey) })}
        </span>
      </td>
      <td className="flex justify-end max-md:col-start-2 max-md:row-span-2 max-md:row-start-1">
        {!isDone && (
          <Button size="small" look="quiet" onClick={() => onRevoke(authKey)}>
            {t("Revoke")}
            <span className="sr-only"> {name}</span>
          </Button>
        )}
      </td>
    </>
  );
}

/** What a key is bound to, the first of many. */
function Bounds({ authKey: { allowed_tags, allowed_cidrs } }: { authKey: AuthKeyRow }) {
  const bounds = [...allowed_tags.map((tag) => `tag:${tag}`), ...(allowed_cidrs ?? [])];
  if (bounds.length === 0) {
    return (
      <>
        <span aria-hidden="true" className="text-ink-3">
          –
        </span>
        <span className="sr-only">{t("none")}</span>
      </>
    );
  }
  return (
    <span className="block truncate font-mono text-xs" title={bounds.join("\n")}>
      {bounds.join(" ")}
    </span>
  );
}
