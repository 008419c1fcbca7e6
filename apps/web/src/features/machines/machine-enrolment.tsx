import type { MachineView } from "@sallyport/protocol";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useLiveStatus } from "../../api/live-status.ts";
import { fullTime, timeAgo } from "../../lib/format-time.ts";
import { t } from "../../lib/texts.ts";
import { useNow } from "../../lib/use-now.ts";
import { Skeleton } from "../../ui/index.tsx";
import { Loaded } from "../page/index.ts";
import { Fact, FactList, FactNote, None } from "./fact-list.tsx";
import { type Enrolment, machineDetailQueries } from "./machine-detail.queries.ts";

/** Which auth key let the machine in, from where. */
export function MachineEnrolment({ machine, mayReadKeys }: { machine: MachineView; mayReadKeys: boolean }) {
  const enrolment = useQuery(machineDetailQueries.enrolment(machine.org_id, machine.id, mayReadKeys, useLiveStatus()));
  return (
    <Loaded
      query={enrolment}
      what={t("how the machine enrolled")}
      refused={t("Only owners, admins and auditors see how a machine enrolled")}
      skeleton={<Skeleton className="h-24 w-full" />}
    >
      {(found) => found && <Facts enrolment={found} mayReadKeys={mayReadKeys} />}
    </Loaded>
  );
}

function Facts({ enrolment: { use, key }, mayReadKeys }: { enrolment: Enrolment; mayReadKeys: boolean }) {
  const nowMs = useNow();
  return (
    <FactList title={t("Enrolment")}>
      <Fact label={t("Auth key")}>
        {key ? (
          <>
            <Link
              to="/auth-keys/$keyId"
              params={{ keyId: key.id }}
              className="underline decoration-line-strong underline-offset-2 hover:decoration-ink"
            >
              <bdi>{key.name ?? key.key_prefix}</bdi>
            </Link>
            <FactNote>
              <span className="font-mono">{key.key_prefix}</span>
              {key.revoked && t(", revoked")}
            </FactNote>
          </>
        ) : mayReadKeys ? (
          t("Deleted")
        ) : (
          <span className="text-ink-3">{t("Owners and admins see which")}</span>
        )}
      </Fact>
      <Fact label={use.outcome === "reenrolled" ? t("Enrolled again") : t("Used")}>
        <time dateTime={use.created_at} title={fullTime(use.created_at)}>
          {timeAgo(use.created_at, nowMs)}
        </time>
      </Fact>
      <Fact label={t("From")}>{use.ip_address ? <span className="font-mono">{use.ip_address}</span> : <None />}</Fact>
    </FactList>
  );
}
