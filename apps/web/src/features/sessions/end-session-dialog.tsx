import { shellApi } from "@sallyport/protocol";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { signedIn } from "../../api/client.ts";
import { rich } from "../../lib/rich-text.tsx";
import { t } from "../../lib/texts.ts";
import { ConfirmDialog } from "../page/index.ts";
import { announceSessions } from "./live-sessions.ts";

interface EndSessionDialogProps {
  orgId: string;
  sessionId: string;
  machineName: string;
  /** Whose it is, when that is somebody else. */
  owner?: string | undefined;
  onClose: () => void;
}

/** Asks before a session and everything that runs in it is ended. */
export function EndSessionDialog({ orgId, sessionId, machineName, owner, onClose }: EndSessionDialogProps) {
  const queries = useQueryClient();
  const end = useMutation({
    mutationFn: () =>
      signedIn((client) => client.act(shellApi, "end_session", { org_id: orgId, session_id: sessionId })),
    onSuccess: () => {
      announceSessions(queries);
      onClose();
    },
  });
  return (
    <ConfirmDialog title={t("End this session?")} button={t("End session")} act={end} onClose={onClose}>
      <p>
        {rich(
          owner
            ? t("The shell of <1> on <0> is hung up, and what runs in it is ended. This cannot be undone.")
            : t("The shell on <0> is hung up, and what runs in it is ended. This cannot be undone."),
          <bdi className="font-medium text-ink">{machineName}</bdi>,
          owner,
        )}
      </p>
    </ConfirmDialog>
  );
}
