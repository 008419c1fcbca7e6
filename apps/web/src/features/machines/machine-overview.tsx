import { isAdminRole, type MachineView, type Membership, PRODUCT_VERSION } from "@sallyport/protocol";
import { useQuery } from "@tanstack/react-query";
import { useLiveStatus } from "../../api/live-status.ts";
import { fullTime, timeAgo } from "../../lib/format-time.ts";
import { t } from "../../lib/texts.ts";
import { useNow } from "../../lib/use-now.ts";
import { Button, CopyValue, Dot } from "../../ui/index.tsx";
import { useSession } from "../auth/index.ts";
import { memberQueries } from "../members/index.ts";
import { Fact, FactList, FactNote, None } from "./fact-list.tsx";
import type { Asked } from "./machine-dialogs.tsx";
import { MachineEnrolment } from "./machine-enrolment.tsx";
import { CONSENT_WORDS, isOlderVersion, KIND_WORDS } from "./machine-words.ts";
import { NodeFacts } from "./node-facts.tsx";
import { presenceInFull } from "./presence.ts";

interface MachineOverviewProps {
  machine: MachineView;
  org: Membership;
  onAsk: (asked: Asked) => void;
}

/** Everything that is known about a machine. */
export function MachineOverview({ machine, org, onAsk }: MachineOverviewProps) {
  const isAdmin = isAdminRole(org.role);
  return (
    <div className="grid items-start gap-6 lg:grid-cols-2">
      <Identity machine={machine} onAsk={isAdmin ? onAsk : undefined} />
      <div className="grid gap-6">
        <Presence machine={machine} />
        <Desktop machine={machine} />
        {machine.kind !== "machine" && isAdmin && <NodeFacts machine={machine} />}
        {machine.kind === "machine" && (isAdmin || org.role === "auditor") && (
          <MachineEnrolment machine={machine} mayReadKeys={isAdmin} />
        )}
      </div>
    </div>
  );
}

function Identity({ machine, onAsk }: { machine: MachineView; onAsk: ((asked: Asked) => void) | undefined }) {
  const nowMs = useNow();
  const { id, org_id, name, kind, agent_id, tailnet_ip, os, version, tags, ephemeral, owner_id, created_at } = machine;
  return (
    <FactList title={t("Machine")}>
      <Fact
        label={t("Name")}
        action={
          onAsk && (
            <Button size="small" look="quiet" onClick={() => onAsk("rename")}>
              {t("Rename")}
            </Button>
          )
        }
      >
        <bdi>{name}</bdi>
      </Fact>
      <Fact label={t("Kind")}>{KIND_WORDS[kind]}</Fact>
      <Fact label={t("Address")}>
        {tailnet_ip ? <CopyValue text={tailnet_ip} what={t("address")} /> : <None words={t("none")} />}
      </Fact>
      <Fact label={t("System")}>{os ? <bdi>{os}</bdi> : <None />}</Fact>
      <Fact label={t("Agent version")}>
        {version ? <bdi>{version}</bdi> : <None />}
        {version && isOlderVersion(version, PRODUCT_VERSION) && (
          <FactNote>{t("Older than this server’s {{version}}", { version: PRODUCT_VERSION })}</FactNote>
        )}
      </Fact>
      <Fact
        label={t("Tags")}
        action={
          onAsk && (
            <Button size="small" look="quiet" onClick={() => onAsk("tags")}>
              {t("Edit")}
              <span className="sr-only">{t(" tags")}</span>
            </Button>
          )
        }
      >
        {tags.length === 0 ? (
          <span className="text-ink-3">{t("None")}</span>
        ) : (
          <ul className="flex flex-wrap gap-1" aria-label={t("Tags")}>
            {tags.map((tag) => (
              <li
                key={tag}
                title={tag}
                className="max-w-full truncate rounded-sm bg-sunken px-1.5 font-medium text-2xs text-ink-2 leading-5"
              >
                {tag}
              </li>
            ))}
          </ul>
        )}
      </Fact>
      <Fact label={t("Owner")}>
        {owner_id === null ? <span className="text-ink-3">{t("Nobody")}</span> : <Owner id={owner_id} orgId={org_id} />}
      </Fact>
      <Fact label={t("Ephemeral")}>
        {ephemeral ? t("Yes") : t("No")}
        {ephemeral && <FactNote>{t("Deleted when it stays away")}</FactNote>}
      </Fact>
      <Fact label={t("Enrolled")}>
        <time dateTime={created_at} title={fullTime(created_at)}>
          {timeAgo(created_at, nowMs)}
        </time>
      </Fact>
      {agent_id && (
        <Fact label={t("Agent id")}>
          <CopyValue text={agent_id} what={t("agent id")} />
        </Fact>
      )}
      <Fact label={t("Machine id")}>
        <CopyValue text={id} what={t("machine id")} />
      </Fact>
    </FactList>
  );
}

/** By e-mail address, unless the account is no member any more. */
function Owner({ id, orgId }: { id: string; orgId: string }) {
  const { user } = useSession();
  const isMine = id === user.id;
  const members = useQuery({ ...memberQueries.list(orgId, useLiveStatus()), enabled: !isMine });
  if (isMine) return t("You");
  const email = members.data?.find(({ user_id }) => user_id === id)?.email;
  return email ? <bdi>{email}</bdi> : <CopyValue text={id} what={t("owner’s id")} />;
}

function Presence({ machine }: { machine: MachineView }) {
  const nowMs = useNow();
  const { last_seen, connected_at, session_enabled, agent_session_enabled, admin_disabled } = machine;
  const { tone, word, detail } = presenceInFull(machine, nowMs);
  const at = connected_at ?? last_seen;
  return (
    <FactList title={t("Presence and access")}>
      <Fact label={t("Status")}>
        <span className="inline-flex items-center gap-1.5" title={at ? fullTime(at) : undefined}>
          <Dot tone={tone} />
          {word}
        </span>
        <FactNote>{detail}</FactNote>
      </Fact>
      <Fact label={t("Connections")}>
        {admin_disabled ? t("Refused") : t("Allowed")}
        {admin_disabled && <FactNote>{t("An administrator has disabled the machine")}</FactNote>}
      </Fact>
      <Fact label={t("Sessions")}>
        {session_enabled ? t("Allowed") : t("Switched off")}
        {!session_enabled && <FactNote>{t("By an administrator, here")}</FactNote>}
      </Fact>
      <Fact label={t("Its own switch")}>
        {agent_session_enabled ? t("Sessions allowed") : t("Sessions switched off")}
        {!agent_session_enabled && (
          <FactNote>{t("In the node’s own configuration; only who administers it there can change that")}</FactNote>
        )}
      </Fact>
    </FactList>
  );
}

function Desktop({ machine: { desktop } }: { machine: MachineView }) {
  return (
    <FactList title={t("Desktop")}>
      <Fact label={t("Screen")}>
        {desktop === null ? t("Not offered") : desktop.available ? t("Available") : t("Not available")}
        {desktop === null && <FactNote>{t("Its agent shows no desktop, or has not said yet")}</FactNote>}
        {desktop?.reason && <FactNote>{desktop.reason}</FactNote>}
      </Fact>
      {desktop && <Fact label={t("Consent")}>{CONSENT_WORDS[desktop.consent]}</Fact>}
    </FactList>
  );
}
