import { isAdminRole } from "@sallyport/protocol";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { KeyRound, Plus } from "lucide-react";
import { useMemo, useState } from "react";
import { useLiveStatus } from "../../api/live-status.ts";
import { plural, t } from "../../lib/texts.ts";
import { useNow } from "../../lib/use-now.ts";
import { useRowKeys } from "../../lib/use-row-keys.ts";
import { useShortcuts } from "../../lib/use-shortcuts.ts";
import { Button, buttonClass, Choice, EmptyState, TableSkeleton } from "../../ui/index.tsx";
import { useOrg } from "../auth/index.ts";
import { Loaded, PageHeader, Refused, SearchBox } from "../page/index.ts";
import { type AuthKeyRow, searchAuthKeys, stateOf } from "./auth-key.ts";
import { AuthKeyTable } from "./auth-key-table.tsx";
import { authKeyQueries } from "./auth-keys.queries.ts";
import { MakeAuthKeyDialog } from "./make-auth-key-dialog.tsx";
import { RevokeAuthKeyDialog } from "./revoke-auth-key-dialog.tsx";

const REFUSED = t("Only owners and admins see auth keys");

/** The keys that let machines in: which are good, for what, and how often they were used. */
export function AuthKeysPage() {
  const { org } = useOrg();
  const { show, q = "" } = useSearch({ from: "/signed-in/framed/auth-keys" });
  const navigate = useNavigate();
  const nowMs = useNow();
  const mayLook = isAdminRole(org?.role);
  const keys = useQuery({ ...authKeyQueries.list(org?.id ?? "", useLiveStatus()), enabled: mayLook });
  const [isMaking, setIsMaking] = useState(false);
  const [revoking, setRevoking] = useState<AuthKeyRow>();
  const rows = useRowKeys();
  const toFirstRow = () => rows.focusFirst();
  useShortcuts({
    n: () => mayLook && setIsMaking(true),
    j: toFirstRow,
    k: toFirstRow,
    ArrowDown: toFirstRow,
  });

  const active = useMemo(() => keys.data?.filter((key) => stateOf(key, nowMs) === "active"), [keys.data, nowMs]);
  const listed = show === "all" ? keys.data : active;
  const shown = useMemo(() => searchAuthKeys(listed ?? [], q), [listed, q]);
  const look = (to: { show?: "all" | undefined; q?: string }) => {
    const next = { show, q, ...to };
    const search = { ...(next.show && { show: next.show }), ...(next.q && { q: next.q }) };
    void navigate({ to: "/auth-keys", search, replace: true });
  };

  if (!org)
    return (
      <EmptyState title={t("You are in no organisation")} hint={t("Ask an owner or admin to add you to theirs.")} />
    );
  const makeButton = (
    <Button look="primary" icon={<Plus className="size-4" aria-hidden="true" />} onClick={() => setIsMaking(true)}>
      {t("Create a key")}
    </Button>
  );
  return (
    <>
      <PageHeader
        title={t("Auth keys")}
        summary={
          keys.data &&
          active &&
          plural(
            keys.data.length,
            { one: "{{active}} active of {{count, number}} key", other: "{{active}} active of {{count, number}} keys" },
            { active: active.length },
          )
        }
      >
        {mayLook && keys.data && keys.data.length > 0 && (
          <>
            <SearchBox
              label={t("Search auth keys")}
              placeholder={t("Name, prefix, tag or address")}
              value={q}
              onChange={(text) => look({ q: text })}
              onLeave={toFirstRow}
            />
            <Choice
              label={t("Which")}
              options={[
                { value: "active", words: t("Active") },
                { value: "all", words: t("All") },
              ]}
              value={show ?? "active"}
              onChange={(value) => look({ show: value === "all" ? value : undefined })}
            />
            {makeButton}
          </>
        )}
      </PageHeader>
      {mayLook ? (
        <Loaded
          query={keys}
          what={t("the auth keys")}
          skeleton={<TableSkeleton what={t("auth keys")} />}
          refused={REFUSED}
        >
          {(all) => (all.length === 0 ? nothing() : list(all))}
        </Loaded>
      ) : (
        <Refused>{REFUSED}</Refused>
      )}
      {isMaking && <MakeAuthKeyDialog orgId={org.id} onClose={() => setIsMaking(false)} />}
      {revoking && <RevokeAuthKeyDialog orgId={org.id} authKey={revoking} onClose={() => setRevoking(undefined)} />}
    </>
  );

  function nothing() {
    return (
      <EmptyState
        icon={<KeyRound className="size-8" strokeWidth={1.5} aria-hidden="true" />}
        title={t("No auth keys yet")}
        hint={t("A machine enrols with an auth key: one for one machine, or a reusable one for a fleet.")}
        action={
          <>
            {makeButton}
            <Link to="/machines/add" className={buttonClass()}>
              {t("Add a machine")}
            </Link>
          </>
        }
      />
    );
  }

  function list(all: readonly AuthKeyRow[]) {
    if (shown.length > 0) return <AuthKeyTable keys={shown} rows={rows} onRevoke={setRevoking} />;
    if (q.trim()) {
      return (
        <EmptyState
          title={t("Nothing found")}
          hint={t("No name, prefix, tag or address contains “{{value}}”.", { value: q.trim() })}
          action={<Button onClick={() => look({ q: "" })}>{t("Clear the search")}</Button>}
        />
      );
    }
    return (
      <EmptyState
        title={t("No active auth keys")}
        hint={t("Those that were used up, have expired or were revoked: {{number}}.", { number: all.length })}
        action={<Button onClick={() => look({ show: "all" })}>{t("Show all")}</Button>}
      />
    );
  }
}
