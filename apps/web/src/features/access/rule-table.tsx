import { ArrowDown, ArrowUp, Pencil, Trash2 } from "lucide-react";
import type { KeyboardEvent } from "react";
import { t } from "../../lib/texts.ts";
import type { RowKeys } from "../../lib/use-row-keys.ts";
import { Badge, DataTable, IconButton } from "../../ui/index.tsx";
import type { AclRule } from "./acl-rule.ts";
import { describeRule } from "./describe-rule.ts";

interface RuleTableProps {
  rules: readonly AclRule[];
  /** Of the simulator's answer. */
  decidingId: string | undefined;
  keys: RowKeys;
  /** Absent for those who only read. */
  edit?: RuleActs | undefined;
}

export interface RuleActs {
  onEdit: (rule: AclRule) => void;
  onDelete: (rule: AclRule) => void;
  /** Up or down by one place; absent while only some of the rules are shown. */
  onMove?: ((rule: AclRule, by: -1 | 1) => void) | undefined;
}

/** One line on a desk; on a phone the sentence says source and destination. */
const READ_GRID =
  "max-md:grid-cols-[minmax(0,1fr)] md:grid-cols-[4rem_minmax(0,2.4fr)_minmax(0,0.8fr)_minmax(0,0.8fr)]";
const EDIT_GRID =
  "max-md:grid-cols-[minmax(0,1fr)_auto] md:grid-cols-[4rem_minmax(0,2.4fr)_minmax(0,0.8fr)_minmax(0,0.8fr)_8.5rem]";
const COLUMNS = [t("Priority"), t("Rule"), t("Source"), t("Destination")];

/** The rules in the order in which they decide. */
export function RuleTable({ rules, decidingId, keys, edit }: RuleTableProps) {
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const by = event.altKey ? { ArrowUp: -1 as const, ArrowDown: 1 as const }[event.key] : undefined;
    if (by === undefined) return keys.onKeyDown(event);
    const row = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-row]") : null;
    const rule = rules[Number(row?.dataset.index)];
    if (rule) edit?.onMove?.(rule, by);
    event.preventDefault();
  };
  return (
    <div className="[&_tr:has([data-decides])]:bg-accent-soft">
      <DataTable
        label={t("Access rules")}
        grid={edit ? EDIT_GRID : READ_GRID}
        columns={edit ? [...COLUMNS, ""] : COLUMNS}
        rows={rules}
        rowKey={({ id }) => id}
        keys={{ list: keys.list, onKeyDown }}
      >
        {(rule) => (
          <>
            <td className="font-mono text-ink-2 text-sm tabular-nums max-md:hidden">{rule.priority}</td>
            <RuleWords rule={rule} isDeciding={rule.id === decidingId} />
            <td className="min-w-0 truncate font-mono text-ink-2 text-sm max-md:hidden" title={rule.source}>
              <bdi>{rule.source}</bdi>
            </td>
            <td className="min-w-0 truncate font-mono text-ink-2 text-sm max-md:hidden" title={rule.destination}>
              <bdi>{rule.destination}</bdi>
            </td>
            {edit && (
              <RuleButtons
                rule={rule}
                acts={edit}
                isFirst={rule.id === rules[0]?.id}
                isLast={rule.id === rules.at(-1)?.id}
              />
            )}
          </>
        )}
      </DataTable>
    </div>
  );
}

function RuleWords({ rule, isDeciding }: { rule: AclRule; isDeciding: boolean }) {
  const sentence = describeRule(rule);
  const details = [rule.name && sentence, rule.description].filter(Boolean).join(" · ");
  return (
    <th
      scope="row"
      data-decides={isDeciding || undefined}
      className={`min-w-0 text-left font-normal ${rule.enabled ? "" : "text-ink-3"}`}
    >
      <span className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-1">
        <Badge tone={!rule.enabled ? "neutral" : rule.action === "allow" ? "ok" : "danger"}>
          {rule.action === "allow" ? t("Allow") : t("Deny")}
        </Badge>
        <bdi className="min-w-0 font-medium md:truncate">{rule.name ?? sentence}</bdi>
        {!rule.enabled && <Badge>{t("Off")}</Badge>}
        {isDeciding && <Badge tone="accent">{t("Decides")}</Badge>}
      </span>
      {details && (
        <span className="mt-0.5 block text-ink-3 text-xs md:truncate" title={details}>
          {details}
        </span>
      )}
      <span className="block text-ink-3 text-xs md:hidden">
        {t("Priority {{priority}}", { priority: rule.priority })}
      </span>
    </th>
  );
}

interface RuleButtonsProps {
  rule: AclRule;
  acts: RuleActs;
  isFirst: boolean;
  isLast: boolean;
}

function RuleButtons({ rule, acts: { onEdit, onDelete, onMove }, isFirst, isLast }: RuleButtonsProps) {
  const name = rule.name ?? describeRule(rule);
  return (
    <td className="flex justify-end max-md:col-start-2 max-md:row-start-1 max-md:grid max-md:grid-cols-2">
      {onMove && (
        <>
          {/* Not disabled at the ends: the focus would be lost with the press that brought the rule there. */}
          <IconButton
            label={t("Move up: {{name}}", { name })}
            aria-disabled={isFirst}
            className="aria-disabled:opacity-30"
            onClick={() => !isFirst && onMove(rule, -1)}
          >
            <ArrowUp className="size-4" aria-hidden="true" />
          </IconButton>
          <IconButton
            label={t("Move down: {{name}}", { name })}
            aria-disabled={isLast}
            className="aria-disabled:opacity-30"
            onClick={() => !isLast && onMove(rule, 1)}
          >
            <ArrowDown className="size-4" aria-hidden="true" />
          </IconButton>
        </>
      )}
      <IconButton label={t("Edit: {{name}}", { name })} data-open onClick={() => onEdit(rule)}>
        <Pencil className="size-4" aria-hidden="true" />
      </IconButton>
      <IconButton label={t("Delete: {{name}}", { name })} onClick={() => onDelete(rule)}>
        <Trash2 className="size-4" aria-hidden="true" />
      </IconButton>
    </td>
  );
}
