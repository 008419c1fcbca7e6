import { isAdminRole } from "@sallyport/protocol";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import { rich } from "../../lib/rich-text.tsx";
import { t } from "../../lib/texts.ts";
import { Choice, EmptyState } from "../../ui/index.tsx";
import { useOrg } from "../auth/index.ts";
import { PageHeader, Refused } from "../page/index.ts";
import { AddNode } from "./add-node.tsx";
import { EnrolMachine } from "./enrol-machine.tsx";

const WAYS = [
  { value: "command", words: t("Command") },
  { value: "service", words: t("Service") },
  { value: "node", words: t("Gateway, hub or spoke") },
] as const;

const HINTS = {
  command: t("Runs the agent in the background, as the user who pastes it, until the machine restarts."),
  service: t("Installs the agent as a hardened systemd service with a user of its own; it starts with the machine."),
  node: t("A node with a name, a kind and a token of its own. Its agent reads them from a file."),
};

/** Every way to bring a machine in: what to paste on it, and the machine itself when it has come. */
export function AddMachinePage() {
  const { org } = useOrg();
  const { way = "command" } = useSearch({ from: "/signed-in/framed/machines/add" });
  const navigate = useNavigate();

  return (
    <>
      <Link
        to="/machines"
        className="mb-3 inline-flex items-center gap-1.5 rounded-sm text-ink-2 text-sm hover:text-ink"
      >
        <ArrowLeft className="size-4" aria-hidden="true" />
        {t("Machines")}
      </Link>
      <PageHeader title={t("Add a machine")} summary={t("It dials out to this server and needs no open port")} />
      {body()}
    </>
  );

  function body() {
    if (!org)
      return (
        <EmptyState title={t("You are in no organisation")} hint={t("Ask an owner or admin to add you to theirs.")} />
      );
    if (!isAdminRole(org.role)) return <Refused>{t("Only owners and admins add machines")}</Refused>;
    return (
      <div className="grid max-w-2xl gap-4">
        <div className="grid justify-items-start gap-1.5">
          <Choice
            label={t("How")}
            options={[...WAYS]}
            value={way}
            onChange={(value) =>
              void navigate({ to: "/machines/add", search: value === "command" ? {} : { way: value }, replace: true })
            }
          />
          <p className="text-ink-2 text-sm">{HINTS[way]}</p>
        </div>
        <section aria-label={t("What to do")} className="rounded-lg border border-line bg-surface p-5 shadow-card">
          {way === "node" ? (
            <AddNode key={org.id} org={org} />
          ) : (
            <EnrolMachine key={`${org.id} ${way}`} org={org} way={way} />
          )}
        </section>
        <p className="text-ink-3 text-xs">
          {rich(
            way === "command"
              ? t(
                  "The machine needs Linux, Node 20.19 or newer, and a copy of the Sallyport repository in which <0> was run.",
                )
              : t(
                  "The machine needs Linux, Node 20.19 or newer, and a copy of the Sallyport repository in which <0> was run, in a folder that other users can read: /opt, not /root.",
                ),
            <code className="font-mono">npm ci && npm run build</code>,
          )}
        </p>
      </div>
    );
  }
}
