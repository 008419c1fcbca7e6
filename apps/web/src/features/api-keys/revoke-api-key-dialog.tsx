import { type ApiKeyView, authKeyApi } from "@sallyport/protocol";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { signedIn } from "../../api/client.ts";
import { RECORDS } from "../../api/records.ts";
import { rich } from "../../lib/rich-text.tsx";
import { t } from "../../lib/texts.ts";
import { useToast } from "../../ui/index.tsx";
import { ConfirmDialog } from "../page/index.ts";

interface RevokeApiKeyDialogProps {
  orgId: string;
  apiKey: ApiKeyView;
  /** Whose it is, when that is somebody else. */
  owner: string | undefined;
  onClose: () => void;
}

/** Asks before a key, and whatever was made with it, ends. */
export function RevokeApiKeyDialog({ orgId, apiKey, owner, onClose }: RevokeApiKeyDialogProps) {
  const queries = useQueryClient();
  const toast = useToast();
  const revoke = useMutation({
    mutationFn: () =>
      signedIn((client) => client.act(authKeyApi, "revoke_api_key", { org_id: orgId, key_id: apiKey.id })),
    onSuccess: ({ keys_revoked }) => {
      toast(keys_revoked > 1 ? t("Revoked, with {{value}} made with it", { value: keys_revoked - 1 }) : t("Revoked"));
      void queries.invalidateQueries({ queryKey: [RECORDS] });
      onClose();
    },
  });
  return (
    <ConfirmDialog title={t("Revoke this API key?")} button={t("Revoke key")} act={revoke} onClose={onClose}>
      <p>
        {rich(
          owner
            ? t("<0> of <1> stops working at once, and with it every key that was made with it.")
            : t("<0> stops working at once, and with it every key that was made with it."),
          <bdi className="font-medium text-ink">{apiKey.name}</bdi>,
          owner,
        )}{" "}
        {t("What they have opened is closed; shells that run go on without a window. This cannot be undone.")}
      </p>
    </ConfirmDialog>
  );
}
