import { EXEC_RECORDED_BYTES, isAdminRole, type Membership, organisationApi } from "@sallyport/protocol";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { signedIn } from "../../api/client.ts";
import { errorMessage } from "../../api/errors.ts";
import { useLiveStatus } from "../../api/live-status.ts";
import { t } from "../../lib/texts.ts";
import { CopyValue, Notice } from "../../ui/index.tsx";
import { Loaded } from "../page/index.ts";
import { PLAN_NAMES } from "../plan/index.ts";
import { Fact, SettingGroup, Tick } from "./setting-parts.tsx";
import { settingsQueries } from "./settings.queries.ts";

/** What the organisation is called, and what it has chosen. */
export function OrgSettings({ org }: { org: Membership }) {
  const queries = useQueryClient();
  const query = settingsQueries.ofOrg(org.id, useLiveStatus());
  const settings = useQuery(query);
  // At once, as a tick that is pressed has to change.
  const [chosen, setChosen] = useState<boolean>();
  const choose = useMutation({
    mutationFn: (record: boolean) =>
      signedIn((client) =>
        client.act(organisationApi, "set_settings", { org_id: org.id, record_command_output: record }),
      ),
    onSuccess: async (saved) => {
      // What was asked before the change may be answered after it.
      await queries.cancelQueries({ queryKey: query.queryKey });
      queries.setQueryData(query.queryKey, saved);
    },
    onSettled: () => setChosen(undefined),
  });
  const mayChoose = isAdminRole(org.role);
  const recordTick = (checked: boolean, disabled: boolean) => (
    <Tick
      words={t("Record what commands print")}
      why={
        <>
          {t(
            "The first {{number}} KiB of a command's output are kept in the audit log and the history, where auditors read them. Output can hold secrets. Off, the command is kept, and not what it prints.",
            { number: EXEC_RECORDED_BYTES / 1024 },
          )}{" "}
          {!mayChoose && t("Only owners and admins change this.")}
        </>
      }
      checked={checked}
      disabled={disabled}
      onChange={(record) => {
        setChosen(record);
        choose.mutate(record);
      }}
    />
  );
  return (
    <SettingGroup title={t("This organisation")}>
      <dl className="grid gap-2">
        <Fact word={t("Name")}>
          <bdi>{org.name}</bdi>
        </Fact>
        <Fact word={t("ID")}>
          <CopyValue text={org.id} what={t("the organisation's ID")} />
        </Fact>
        <Fact word={t("Plan")}>
          <Link to="/billing" className="underline decoration-line-strong underline-offset-2 hover:decoration-current">
            {PLAN_NAMES[org.plan]}
          </Link>
        </Fact>
      </dl>
      <Loaded
        query={settings}
        what={t("the organisation's settings")}
        skeleton={<div className="invisible">{recordTick(false, true)}</div>}
        refused={t("Only members see these settings")}
      >
        {({ record_command_output }) => recordTick(chosen ?? record_command_output, !mayChoose || choose.isPending)}
      </Loaded>
      {choose.isError && <Notice tone="danger" title={errorMessage(choose.error)} />}
    </SettingGroup>
  );
}
