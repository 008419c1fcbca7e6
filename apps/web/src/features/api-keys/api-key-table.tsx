import type { ApiKeyView } from "@sallyport/protocol";
import { fullTime, timeAgo } from "../../lib/format-time.ts";
import { t } from "../../lib/texts.ts";
import { useNow } from "../../lib/use-now.ts";
import type { RowKeys } from "../../lib/use-row-keys.ts";
import { Button, DataTable, Dot } from "../../ui/index.tsx";
import { ROLE_WORDS } from "../members/index.ts";
import { describeApiKey, isActive } from "./api-key.ts";

const GRID =
  "max-md:grid-cols-[minmax(0,1fr)_auto] md:grid-cols-[minmax(0,1.5fr)_minmax(0,0.6fr)_minmax(0,1.4fr)_minmax(0,0.8fr)_minmax(0,0.8fr)_minmax(0,1.9fr)_5rem]";

interface ApiKeyTableProps {
  keys: readonly ApiKeyView[];
  userId: string;
  rows: RowKeys;
  onRevoke: (key: ApiKeyView) => void;
}

/** API keys with what they may do and when they were used last. */
export function ApiKeyTable({ keys, userId, rows, onRevoke }: ApiKeyTableProps) {
  const nowMs = useNow();
  return (
    <DataTable
      label={t("API keys")}
      grid={GRID}
      columns={[t("Key"), t("Role"), t("Speaks for"), t("Created"), t("Last used"), t("State"), ""]}
      rows={keys}
      rowKey={({ id }) => id}
      keys={rows}
    >
      {(key) => <Cells apiKey={key} isMine={key.user_id === userId} nowMs={nowMs} onRevoke={onRevoke} />}
    </DataTable>
  );
}

interface CellsProps {
  apiKey: ApiKeyView;
  isMine: boolean;
  nowMs: number;
  onRevoke: (key: ApiKeyView) => void;
}

function Cells({ apiKey, isMine, nowMs, onRevoke }: CellsProps) {
  const { name, key_prefix, role, user_email, created_at, last_used_at } = apiKey;
  const { tone, word, detail, at } = describeApiKey(apiKey, nowMs);
  const who = isMine ? t("You") : user_email;
  const used = last_used_at === null ? t("Never") : timeAgo(last_used_at, nowMs);
  return (
    <>
      <th scope="row" className="min-w-0 text-left font-normal">
        <bdi className="block truncate font-medium" title={name}>
          {name}
        </bdi>
        <span className="block truncate font-mono text-ink-3 text-xs">{key_prefix}</span>
      </th>
      <td className="min-w-0 truncate text-ink-2 text-sm max-md:hidden">{ROLE_WORDS[role].word}</td>
      <td className="min-w-0 truncate text-ink-2 text-sm max-md:hidden" title={user_email}>
        <bdi>{who}</bdi>
      </td>
      <td className="min-w-0 truncate text-ink-2 text-sm max-md:hidden" title={fullTime(created_at)}>
        {timeAgo(created_at, nowMs)}
      </td>
      <td
        className="min-w-0 truncate text-ink-2 text-sm max-md:hidden"
        title={last_used_at === null ? undefined : fullTime(last_used_at)}
      >
        {used}
      </td>
      <td className="min-w-0 max-md:col-start-1 max-md:row-start-2" title={at}>
        <span className="flex min-w-0 items-baseline gap-1.5 text-ink-2 text-sm">
          <Dot tone={tone} />
          <span className={`shrink-0 ${tone === "warn" ? "text-warn" : tone === "danger" ? "text-danger" : ""}`}>
            {word}
          </span>
          <span className="truncate text-ink-3">{detail}</span>
        </span>
        <span className="block truncate text-ink-3 text-xs md:hidden">
          {ROLE_WORDS[role].word}, {isMine ? t("yours") : user_email}
          {last_used_at === null ? t(", never used") : t(", used {{when}}", { when: used })}
        </span>
      </td>
      <td className="flex justify-end max-md:col-start-2 max-md:row-span-2 max-md:row-start-1">
        {isActive(apiKey, nowMs) && (
          <Button size="small" look="quiet" onClick={() => onRevoke(apiKey)}>
            {t("Revoke")}
            <span className="sr-only"> {name}</span>
          </Button>
        )}
      </td>
    </>
  );
}
