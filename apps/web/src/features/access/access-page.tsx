import { isAdminRole, type MachineView, type Membership } from "@sallyport/protocol";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Plus, ShieldCheck } from "lucide-react";
import { type ReactNode, useState } from "react";
import { errorMessage } from "../../api/errors.ts";
import { useLiveStatus } from "../../api/live-status.ts";
import { t } from "../../lib/texts.ts";
import { useRowKeys } from "../../lib/use-row-keys.ts";
import { useShortcuts } from "../../lib/use-shortcuts.ts";
import { Button, EmptyState, Notice, TableSkeleton } from "../../ui/index.tsx";
import { useOrg } from "../auth/index.ts";
import { machineQueries } from "../machines/index.ts";
import { memberQueries } from "../members/index.ts";
import { Loaded, PageHeader, Refused, SearchBox } from "../page/index.ts";
import { accessQueries } from "./access.queries.ts";
import { type AccessQuestion, readQuestion } from "./access-question.ts";
import { readAccessSearch } from "./access-search.ts";
import type { AclRule } from "./acl-rule.ts";
import { DeleteRuleDialog } from "./delete-rule-dialog.tsx";
import { useMoveRule } from "./move-rule.ts";
import { lastPriority } from "./order-rules.ts";
import { RuleDialog } from "./rule-dialog.tsx";
import { type RuleActs, RuleTable } from "./rule-table.tsx";
import { countRules, searchRules } from "./search-rules.ts";
import { Simulator } from "./simulator.tsx";
import { useExplanation } from "./use-explanation.ts";

const REFUSAL = t("Only owners, admins and auditors see access rules");

/** The rules in the order in which they decide, and what they decide. */
export function AccessPage() {
  const { org } = useOrg();
  if (org && org.role !== "member") return <Rules key={org.id} org={org} />;
  return (
    <>
      <PageHeader title={t("Access rules")} />
      {org ? <Refused>{REFUSAL}</Refused> : <EmptyState title={t("You are in no organisation")} />}
    </>
  );
}

const NO_MACHINES: MachineView[] = [];

type Asked = { what: "new" } | { what: "edit" | "deletion"; rule: AclRule };

function Rules({ org }: { org: Membership }) {
  const navigate = useNavigate();
  const live = useLiveStatus();
  const { search = "", ...question } = useSearch({ from: "/signed-in/framed/access-rules" });
  const rules = useQuery(accessQueries.rules(org.id, live));
  const members = useQuery(memberQueries.list(org.id, live));
  const { data: machines = NO_MACHINES } = useQuery(machineQueries.list(org.id, live));
  const [asked, setAsked] = useState<Asked>();
  const keys = useRowKeys();
  const { move, error: moveError } = useMoveRule(org.id);
  const explanation = useExplanation(org.id, machines, readQuestion(question));
  const mayEdit = isAdminRole(org.role);
  const toFirstRow = () => keys.focusFirst();
  const add = () => setAsked({ what: "new" });
  const close = () => setAsked(undefined);
  useShortcuts({
    j: toFirstRow,
    k: toFirstRow,
    ArrowDown: toFirstRow,
    n: () => (mayEdit ? add() : false),
  });

  const go = (to: { search?: string } & Partial<AccessQuestion>) => {
    // Of the address as it is then: two fields may be changed before the page is drawn anew.
    const search = (before: Record<string, unknown>) => readAccessSearch({ ...before, ...to });
    void navigate({ to: "/access-rules", search, replace: true });
  };

  const edit: RuleActs | undefined = mayEdit
    ? {
        onEdit: (rule) => setAsked({ what: "edit", rule }),
        onDelete: (rule) => setAsked({ what: "deletion", rule }),
        // Among some of them one does not see what it passes.
        onMove: search ? undefined : ({ id }, by) => move(id, by),
      }
    : undefined;
  const addButton = mayEdit && (
    <Button look="primary" icon={<Plus className="size-4" aria-hidden="true" />} onClick={add}>
      {t("Add a rule")}
    </Button>
  );

  return (
    <>
      <PageHeader title={t("Access rules")} summary={rules.data && countRules(rules.data)}>
        {rules.data && rules.data.length > 0 && (
          <>
            <SearchBox
              label={t("Search rules")}
              placeholder={t("Name, machine or tag")}
              value={search}
              onChange={(words) => go({ search: words })}
              onLeave={toFirstRow}
            />
            {addButton}
          </>
        )}
      </PageHeader>
      <Simulator orgId={org.id} members={members.data ?? []} machines={machines} question={question} onQuestion={go} />
      {moveError && (
        <div className="mb-4">
          <Notice tone="danger" title={errorMessage(moveError)} />
        </div>
      )}
      <Loaded
        query={rules}
        what={t("the access rules")}
        skeleton={<TableSkeleton what={t("access rules")} />}
        refused={REFUSAL}
      >
        {(all) => {
          if (all.length === 0) return <NoRules action={addButton} />;
          const shown = searchRules(all, search);
          if (shown.length === 0) {
            return (
              <EmptyState
                title={t("Nothing found")}
                hint={t("No rule has “{{search}}” in it.", { search })}
                action={<Button onClick={() => go({ search: "" })}>{t("Clear the search")}</Button>}
              />
            );
          }
          return <RuleTable rules={shown} decidingId={explanation.data?.rule?.id} keys={keys} edit={edit} />;
        }}
      </Loaded>
      <p className="mt-4 max-w-3xl text-ink-3 text-sm">
        {t(
          "Rules decide peer desktops only, from the machines of a person to the machine whose desktop is asked for. Shells and admin sessions go by role. The first rule that matches decides; what no rule denies is allowed.",
        )}
        {edit && (
          <span className="max-md:hidden"> {t("Alt and the arrow keys move the rule that has the focus.")}</span>
        )}
      </p>
      {(asked?.what === "new" || asked?.what === "edit") && (
        <RuleDialog
          orgId={org.id}
          rule={asked.what === "edit" ? asked.rule : undefined}
          priority={lastPriority(rules.data ?? [])}
          machines={machines}
          onClose={close}
        />
      )}
      {asked?.what === "deletion" && <DeleteRuleDialog orgId={org.id} rule={asked.rule} onClose={close} />}
    </>
  );
}

const NoRules = ({ action }: { action: ReactNode }) => (
  <EmptyState
    icon={<ShieldCheck className="size-8" strokeWidth={1.5} aria-hidden="true" />}
    title={t("No rules yet")}
    hint={t(
      "Every member may ask for every desktop, and somebody consents each time. A rule denies it between machines.",
    )}
    action={action}
  />
);
