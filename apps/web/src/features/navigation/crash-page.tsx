import type { ErrorComponentProps } from "@tanstack/react-router";
import { t } from "../../lib/texts.ts";
import { Button, EmptyState } from "../../ui/index.tsx";

/** What is left when a page fails to draw, or a file of an older release is gone after an upgrade. */
export function CrashPage({ error }: ErrorComponentProps) {
  return (
    <main className="grid min-h-full place-items-center" role="alert">
      <EmptyState
        title={t("This page failed")}
        hint={error instanceof Error && error.message ? error.message : t("The server may have been upgraded.")}
        action={
          <Button look="primary" onClick={() => window.location.reload()}>
            {t("Reload")}
          </Button>
        }
      />
    </main>
  );
}
