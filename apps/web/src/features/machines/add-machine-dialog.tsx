import { isAdminRole, type Membership } from "@sallyport/protocol";
import { Link } from "@tanstack/react-router";
import { errorMessage } from "../../api/errors.ts";
import { t } from "../../lib/texts.ts";
import { Button, buttonClass, Dialog, Notice } from "../../ui/index.tsx";
import { newTerms } from "../auth-keys/index.ts";
import { MadeCommand } from "./made-command.tsx";
import { useEnrolCommand } from "./use-enrol-command.ts";

/** One machine is added at once, so its key need not outlive the day. */
const KEY_DAYS = 1;

/** The short way to one machine: a press makes the command and copies it, and the machine appears. */
export function AddMachineDialog({ org, onClose }: { org: Membership; onClose: () => void }) {
  const { make, isCopied, create } = useEnrolCommand(org.id, ({ command }) => command);

  return (
    <Dialog title={t("Add a machine")} size="wide" onClose={onClose}>
      {make.data ? (
        <MadeCommand org={org} keyId={make.data.id} text={make.data.command} isCopied={isCopied} isOne />
      ) : (
        <div className="grid gap-4">
          <p className="max-w-prose text-ink-2">
            {t(
              "You get one command to paste on the machine. It dials out to this server and needs no open port. The key inside the command works once and expires in a day.",
            )}
          </p>
          {make.isError && <Notice tone="danger" title={errorMessage(make.error)} />}
          {isAdminRole(org.role) ? (
            <div className="flex flex-wrap gap-2">
              <Button look="primary" busy={make.isPending} onClick={() => create(newTerms(KEY_DAYS))} autoFocus>
                {make.isPending ? t("Making a key…") : make.isError ? t("Try again") : t("Create and copy the command")}
              </Button>
              <Link to="/machines/add" className={buttonClass("quiet")}>
                {t("More ways: fleets, services, gateways")}
              </Link>
            </div>
          ) : (
            <Notice title={t("Only owners and admins add machines")}>{t("Ask one of them for a command.")}</Notice>
          )}
        </div>
      )}
    </Dialog>
  );
}
