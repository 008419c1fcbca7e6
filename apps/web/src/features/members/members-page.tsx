import { type Membership, type MemberView, ROLES } from "@sallyport/protocol";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { UserPlus } from "lucide-react";
import { useState } from "react";
import { useLiveStatus } from "../../api/live-status.ts";
import { t } from "../../lib/texts.ts";
import { useNow } from "../../lib/use-now.ts";
import { useRowKeys } from "../../lib/use-row-keys.ts";
import { useShortcuts } from "../../lib/use-shortcuts.ts";
import { Button, DataTable, EmptyState, Select, TableSkeleton } from "../../ui/index.tsx";
import { useOrg, useSession } from "../auth/index.ts";
import { Loaded, PageHeader, SearchBox } from "../page/index.ts";
import { AddMemberDialog } from "./add-member-dialog.tsx";
import { ChangeRoleDialog } from "./change-role-dialog.tsx";
import { MEMBER_GRID, MemberRow } from "./member-row.tsx";
import { chooseMembers, countMembers, type MemberFilter } from "./member-search.ts";
import { memberQueries } from "./members.queries.ts";
import { RemoveMemberDialog } from "./remove-member-dialog.tsx";
import { ROLE_WORDS, rolesToGive } from "./role-words.ts";

const COLUMNS = [t("Person"), t("Role"), t("Added"), ""];
const ROLE_OPTIONS = [
  { value: "all" as const, words: t("Every role") },
  ...ROLES.map((value) => ({ value, words: ROLE_WORDS[value].many })),
];

/** Who is in the organisation, as what. */
export function MembersPage() {
  const { org } = useOrg();
  return org ? (
    <Members key={org.id} org={org} />
  ) : (
    <>
      <PageHeader title={t("Members")} />
      <EmptyState title={t("You are in no organisation")} hint={t("Ask an owner or admin to add you to theirs.")} />
    </>
  );
}

type Asked = { what: "add" } | { what: "role" | "removal"; member: MemberView };

function Members({ org }: { org: Membership }) {
  const { user } = useSession();
  const navigate = useNavigate();
  const nowMs = useNow();
  const filter = useSearch({ from: "/signed-in/framed/members" });
  const members = useQuery(memberQueries.list(org.id, useLiveStatus()));
  const [asked, setAsked] = useState<Asked>();
  const rows = useRowKeys();
  const toFirstRow = () => rows.focusFirst();
  const roles = rolesToGive(org.role);
  const add = () => setAsked({ what: "add" });
  useShortcuts({
    j: toFirstRow,
    k: toFirstRow,
    ArrowDown: toFirstRow,
    n: () => (roles.length > 0 ? add() : false),
  });

  const change = ({ search, role }: MemberFilter) =>
    void navigate({ to: "/members", search: { ...(search && { search }), ...(role && { role }) }, replace: true });
  const isMine = ({ user_id }: MemberView) => user_id === user.id;
  const close = () => setAsked(undefined);

  return (
    <>
      <PageHeader title={t("Members")} summary={members.data && countMembers(members.data)}>
        <SearchBox
          label={t("Search members")}
          placeholder={t("E-mail address")}
          value={filter.search ?? ""}
          onChange={(search) => change({ ...filter, search })}
          onLeave={toFirstRow}
        />
        <Select
          label={t("Role")}
          labelHidden
          options={ROLE_OPTIONS}
          value={filter.role ?? "all"}
          onChange={(role) => change({ search: filter.search ?? "", ...(role !== "all" && { role }) })}
        />
        {roles.length > 0 && (
          <Button look="primary" icon={<UserPlus className="size-4" aria-hidden="true" />} onClick={add}>
            {t("Add a member")}
          </Button>
        )}
      </PageHeader>
      <Loaded
        query={members}
        what={t("the members")}
        skeleton={<TableSkeleton what={t("members")} />}
        refused={t("Only members see who else is one")}
      >
        {(all) => {
          const shown = chooseMembers(all, filter);
          if (shown.length === 0) {
            return (
              <EmptyState
                title={t("Nobody found")}
                hint={t("No member is like that.")}
                action={<Button onClick={() => change({})}>{t("Show everybody")}</Button>}
              />
            );
          }
          return (
            <DataTable
              label={t("Members")}
              grid={MEMBER_GRID}
              columns={COLUMNS}
              rows={shown}
              rowKey={({ user_id }) => user_id}
              keys={rows}
            >
              {(member) => (
                <MemberRow
                  member={member}
                  isMine={isMine(member)}
                  role={org.role}
                  nowMs={nowMs}
                  onChangeRole={(of) => setAsked({ what: "role", member: of })}
                  onRemove={(of) => setAsked({ what: "removal", member: of })}
                />
              )}
            </DataTable>
          );
        }}
      </Loaded>
      {roles.length === 0 && (
        <p className="mt-3 text-ink-3 text-sm">{t("Owners and admins add and change members.")}</p>
      )}
      {asked?.what === "add" && <AddMemberDialog orgId={org.id} roles={roles} onClose={close} />}
      {asked?.what === "role" && (
        <ChangeRoleDialog
          orgId={org.id}
          member={asked.member}
          isMine={isMine(asked.member)}
          roles={roles}
          onClose={close}
        />
      )}
      {asked?.what === "removal" && (
        <RemoveMemberDialog
          orgId={org.id}
          orgName={org.name}
          member={asked.member}
          isMine={isMine(asked.member)}
          onClose={close}
        />
      )}
    </>
  );
}
