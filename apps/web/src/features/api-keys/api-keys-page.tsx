import { type ApiKeyView, isAdminRole } from "@sallyport/protocol";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { KeySquare, Plus } from "lucide-react";
import { useMemo, useState } from "react";
import { useLiveStatus } from "../../api/live-status.ts";
import { t } from "../../lib/texts.ts";
import { useNow } from "../../lib/use-now.ts";
import { useRowKeys } from "../../lib/use-row-keys.ts";
import { useShortcuts } from "../../lib/use-shortcuts.ts";
import { Button, Choice, EmptyState, TableSkeleton } from "../../ui/index.tsx";
import { useOrg, useSession } from "../auth/index.ts";
import { Loaded, PageHeader, SearchBox } from "../page/index.ts";
import { chooseApiKeys, isActive } from "./api-key.ts";
import { ApiKeyTable } from "./api-key-table.tsx";
import { apiKeyQueries } from "./api-keys.queries.ts";
import { MakeApiKeyDialog } from "./make-api-key-dialog.tsx";
import { RevokeApiKeyDialog } from "./revoke-api-key-dialog.tsx";

/** Keys with which scripts speak for people: one's own, and everybody's for administrators. */
export function ApiKeysPage() {
  const { user } = useSession();
  const { org } = useOrg();
  const { show, who, q = "" } = useSearch({ from: "/signed-in/framed/api-keys" });
  const navigate = useNavigate();
  const nowMs = useNow();
  const keys = useQuery({ ...apiKeyQueries.list(org?.id ?? "", useLiveStatus()), enabled: org !== undefined });
  const [isMaking, setIsMaking] = useState(false);
  const [revoking, setRevoking] = useState<ApiKeyView>();
  const rows = useRowKeys();
  const toFirstRow = () => rows.focusFirst();
  useShortcuts({
    n: () => setIsMaking(true),
    j: toFirstRow,
    k: toFirstRow,
    ArrowDown: toFirstRow,
  });

  const shown = useMemo(
    () => chooseApiKeys(keys.data ?? [], { ...(show && { show }), ...(who && { who }), q }, { userId: user.id, nowMs }),
    [keys.data, show, who, q, user.id, nowMs],
  );
  const activeCount = keys.data?.filter((key) => isActive(key, nowMs)).length;
  const look = (to: { show?: "all" | undefined; who?: "mine" | undefined; q?: string }) => {
    const next = { show, who, q, ...to };
    const search = {
      ...(next.show && { show: next.show }),
      ...(next.who && { who: next.who }),
      ...(next.q && { q: next.q }),
    };
    void navigate({ to: "/api-keys", search, replace: true });
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
        title={t("API keys")}
        summary={
          keys.data && t("{{active}} active of {{number}}", { active: activeCount ?? 0, number: keys.data.length })
        }
      >
        {keys.data && keys.data.length > 0 && (
          <>
            <SearchBox
              label={t("Search API keys")}
              placeholder={t("Name, prefix, role or person")}
              value={q}
              onChange={(text) => look({ q: text })}
              onLeave={toFirstRow}
            />
            {isAdminRole(org.role) && (
              <Choice
                label={t("Whose")}
                options={[
                  { value: "all", words: t("Everybody") },
                  { value: "mine", words: t("Mine") },
                ]}
                value={who ?? "all"}
                onChange={(value) => look({ who: value === "mine" ? value : undefined })}
              />
            )}
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
      <Loaded
        query={keys}
        what={t("the API keys")}
        skeleton={<TableSkeleton what={t("API keys")} />}
        refused={t("Only members of the organisation see its API keys")}
      >
        {(all) => (all.length === 0 ? nothing() : list())}
      </Loaded>
      {isMaking && <MakeApiKeyDialog org={org} onClose={() => setIsMaking(false)} />}
      {revoking && (
        <RevokeApiKeyDialog
          orgId={org.id}
          apiKey={revoking}
          owner={revoking.user_id === user.id ? undefined : revoking.user_email}
          onClose={() => setRevoking(undefined)}
        />
      )}
    </>
  );

  function nothing() {
    return (
      <EmptyState
        icon={<KeySquare className="size-8" strokeWidth={1.5} aria-hidden="true" />}
        title={t("No API keys yet")}
        hint={t(
          "A script signs in with an API key. It speaks for you, with your role or a lesser one, until it expires.",
        )}
        action={makeButton}
      />
    );
  }

  function list() {
    if (shown.length > 0) return <ApiKeyTable keys={shown} userId={user.id} rows={rows} onRevoke={setRevoking} />;
    if (q.trim()) {
      return (
        <EmptyState
          title={t("Nothing found")}
          hint={t("No name, prefix, role or person contains “{{value}}”.", { value: q.trim() })}
          action={<Button onClick={() => look({ q: "" })}>{t("Clear the search")}</Button>}
        />
      );
    }
    return (
      <EmptyState
        title={t("No active API keys")}
        hint={t("Those that have expired or were revoked are not shown.")}
        action={<Button onClick={() => look({ show: "all", who: undefined })}>{t("Show all")}</Button>}
      />
    );
  }
}
