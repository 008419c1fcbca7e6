import type { MachineView, Membership } from "@sallyport/protocol";
import { useQuery } from "@tanstack/react-query";
import { useLiveStatus } from "../../api/live-status.ts";
import { t } from "../../lib/texts.ts";
import { Notice, Spinner } from "../../ui/index.tsx";
import { authKeyQueries } from "../auth-keys/index.ts";
import { machineQueries } from "./machines.queries.ts";
import { OpenTerminal } from "./open-terminal.tsx";
import { isReachable } from "./presence.ts";

/** More are on the machines page. */
const SHOWN = 5;

/** The machines that enrolled with a key, each as soon as it has, with the way into it. */
export function KeyArrivals({ org, keyId, isOne }: { org: Membership; keyId: string; isOne: boolean }) {
  const live = useLiveStatus();
  const uses = useQuery(authKeyQueries.uses(org.id, keyId, live));
  const ids = new Set(uses.data?.map(({ machine_id }) => machine_id));
  return <Arrivals org={org} isWanted={({ id }) => ids.has(id)} isOne={isOne} />;
}

interface ArrivalsProps {
  org: Membership;
  isWanted: (machine: MachineView) => boolean;
  /** Then nobody else is waited for. */
  isOne: boolean;
}

/** Those of the machines that are waited for and have come. */
export function Arrivals({ org, isWanted, isOne }: ArrivalsProps) {
  const machines = useQuery(machineQueries.list(org.id, useLiveStatus()));
  const here = machines.data?.filter((machine) => isWanted(machine) && isReachable(machine)) ?? [];
  const more = here.length - SHOWN;
  return (
    <div className="grid gap-2">
      {here.slice(0, SHOWN).map((machine) => (
        <Notice
          key={machine.id}
          tone="ok"
          title={t("{{name}} is here", { name: machine.name })}
          action={<OpenTerminal machine={machine} role={org.role} look="primary" />}
        >
          {machine.tailnet_ip && <span className="font-mono">{machine.tailnet_ip}</span>}
        </Notice>
      ))}
      {more > 0 && (
        <p className="px-3 text-ink-2 text-sm">{t("and {{value}} more", { value: more.toLocaleString("en") })}</p>
      )}
      {(here.length === 0 || !isOne) && (
        <p role="status" className="flex items-center gap-2.5 px-3 py-2.5 text-ink-2 text-sm">
          <Spinner />
          {here.length === 0 ? t("Waiting for the machine…") : t("Waiting for more machines…")}
        </p>
      )}
    </div>
  );
}
