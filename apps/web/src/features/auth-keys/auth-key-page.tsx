import { isAdminRole } from "@sallyport/protocol";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useLiveStatus } from "../../api/live-status.ts";
import { fullTime, timeAgo } from "../../lib/format-time.ts";
import { t } from "../../lib/texts.ts";
import { useNow } from "../../lib/use-now.ts";
import { Button, buttonClass, Dot, EmptyState, TableSkeleton } from "../../ui/index.tsx";
import { useOrg, useSession } from "../auth/index.ts";
import { Loaded, PageHeader, Refused } from "../page/index.ts";
import { type AuthKeyRow, describeAuthKey, kindWords, stateOf, usesWords } from "./auth-key.ts";
import { authKeyQueries } from "./auth-keys.queries.ts";
import { KeyUseTable } from "./key-use-table.tsx";
import { RevokeAuthKeyDialog } from "./revoke-auth-key-dialog.tsx";

const REFUSED = t("Only owners and admins see auth keys");

/** One key: what it is good for, and which machines it let in. */
export function AuthKeyPage() {
  const { org } = useOrg();
  const { keyId } = useParams({ from: "/signed-in/framed/auth-keys/$keyId" });
  const live = useLiveStatus();
  const mayLook = isAdminRole(org?.role);
  const key = useQuery({ ...authKeyQueries.one(org?.id ?? "", keyId, live), enabled: mayLook });
  const [isRevoking, setIsRevoking] = useState(false);
  const nowMs = useNow();

  return (
    <>
      <Link
        to="/auth-keys"
        className="mb-3 inline-flex items-center gap-1.5 rounded-sm text-ink-2 text-sm hover:text-ink"
      >
        <ArrowLeft className="size-4" aria-hidden="true" />
        {t("Auth keys")}
      </Link>
      <PageHeader
        title={key.data?.name ?? t("Auth key")}
        summary={key.data && <span className="font-mono">{key.data.key_prefix}</span>}
      >
        {key.data && stateOf(key.data, nowMs) !== "revoked" && (
          <Button look="danger" onClick={() => setIsRevoking(true)}>
            {t("Revoke")}
          </Button>
        )}
      </PageHeader>
      {mayLook && org ? (
        <Loaded
          query={key}
          what={t("the auth key")}
          skeleton={<TableSkeleton what={t("the auth key")} />}
          refused={REFUSED}
        >
          {(found) =>
            found ? (
              <>
                <Facts authKey={found} nowMs={nowMs} />
                <KeyUseTable orgId={org.id} authKey={found} />
                {isRevoking && (
                  <RevokeAuthKeyDialog orgId={org.id} authKey={found} onClose={() => setIsRevoking(false)} />
                )}
              </>
            ) : (
              <EmptyState
                title={t("There is no such auth key")}
                hint={t("It is of another organisation, or its address is wrong.")}
                action={
                  <Link to="/auth-keys" className={buttonClass()}>
                    {t("Go to auth keys")}
                  </Link>
                }
              />
            )
          }
        </Loaded>
      ) : (
        <Refused>{REFUSED}</Refused>
      )}
    </>
  );
}

function Facts({ authKey, nowMs }: { authKey: AuthKeyRow; nowMs: number }) {
  const { user } = useSession();
  const { tone, word, detail, at } = describeAuthKey(authKey, nowMs);
  const { allowed_tags, allowed_cidrs, created_at, created_by, expires_at } = authKey;
  return (
    <dl className="mb-6 grid gap-x-8 gap-y-4 rounded-lg border border-line bg-surface p-4 shadow-card sm:grid-cols-2 lg:grid-cols-3">
      <Fact name={t("State")}>
        <span className="flex items-baseline gap-1.5" title={at}>
          <Dot tone={tone} />
          {word}
          {detail && <span className="text-ink-3">{detail}</span>}
        </span>
      </Fact>
      <Fact name={t("Kind")}>{kindWords(authKey).join(", ")}</Fact>
      <Fact name={t("Uses")}>{usesWords(authKey)}</Fact>
      <Fact name={t("Created")}>
        <span title={fullTime(created_at)}>{timeAgo(created_at, nowMs)}</span> {created_by === user.id && t("by you")}
        {created_by === null && t("on the server itself")}
      </Fact>
      <Fact name={t("Expires")}>{fullTime(expires_at)}</Fact>
      <Fact name={t("Tags of its machines")}>
        {allowed_tags.length > 0 ? <Words words={allowed_tags.map((tag) => `tag:${tag}`)} /> : t("None")}
      </Fact>
      <Fact name={t("Allowed addresses")}>
        {allowed_cidrs ? <Words words={allowed_cidrs} /> : <span className="text-ink-2">{t("Any")}</span>}
      </Fact>
    </dl>
  );
}

const Fact = ({ name, children }: { name: string; children: ReactNode }) => (
  <div className="min-w-0">
    <dt className="text-ink-3 text-xs">{name}</dt>
    <dd className="wrap-anywhere text-sm">{children}</dd>
  </div>
);

const Words = ({ words }: { words: readonly string[] }) => <span className="font-mono">{words.join(" ")}</span>;
