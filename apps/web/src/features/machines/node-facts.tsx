import { agentIdOf, type MachineView } from "@sallyport/protocol";
import { useQuery } from "@tanstack/react-query";
import { useLiveStatus } from "../../api/live-status.ts";
import { t } from "../../lib/texts.ts";
import { CopyValue, Skeleton } from "../../ui/index.tsx";
import { Loaded } from "../page/index.ts";
import { Fact, FactList } from "./fact-list.tsx";
import { machineDetailQueries } from "./machine-detail.queries.ts";
import { KIND_WORDS } from "./machine-words.ts";

/** What only gateways, hubs and spokes have. */
export function NodeFacts({ machine }: { machine: MachineView }) {
  const node = useQuery(machineDetailQueries.node(machine.org_id, machine.id, useLiveStatus()));
  return (
    <Loaded
      query={node}
      what={t("the node")}
      refused={t("Only owners and admins see gateways, hubs and spokes")}
      skeleton={<Skeleton className="h-24 w-full" />}
    >
      {({ hub_endpoint }) => (
        <FactList title={KIND_WORDS[machine.kind]}>
          <Fact label={t("Addressed as")}>
            <CopyValue text={`${machine.kind}:${agentIdOf(machine)}`} what={t("address for operators")} />
          </Fact>
          {machine.kind === "spoke" && (
            <Fact label={t("Hub endpoint")}>
              {hub_endpoint ? (
                <CopyValue text={hub_endpoint} what={t("hub endpoint")} />
              ) : (
                <span className="text-ink-3">{t("None")}</span>
              )}
            </Fact>
          )}
        </FactList>
      )}
    </Loaded>
  );
}
