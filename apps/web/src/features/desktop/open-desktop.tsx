import type { MachineView, Membership } from "@sallyport/protocol";
import { Link } from "@tanstack/react-router";
import { Monitor } from "lucide-react";
import { t } from "../../lib/texts.ts";
import { buttonClass, useToast } from "../../ui/index.tsx";
import { desktopRefusal } from "./desktop-refusal.ts";
import { hasDesktops } from "./desktops.queries.ts";

interface OpenDesktopProps {
  machine: MachineView;
  org: Membership | undefined;
}

/** The way to a machine's desktop: a link, so that it can be opened in a tab of its own; or the reason why there is none. */
export function OpenDesktop({ machine, org }: OpenDesktopProps) {
  const toast = useToast();
  if (!hasDesktops(org)) return null;
  const refusal = desktopRefusal(machine);
  const inside = (
    <>
      <Monitor className="size-4" aria-hidden="true" />
      <span className="max-lg:sr-only">{t("Desktop")}</span>
      <span className="sr-only">{t(" of {{name}}", { name: machine.name })}</span>
    </>
  );
  if (refusal) {
    return (
      <button
        type="button"
        aria-disabled="true"
        title={refusal}
        aria-description={refusal}
        onClick={() => toast(refusal)}
        className={buttonClass("plain", "small")}
      >
        {inside}
      </button>
    );
  }
  return (
    <Link
      to="/remote-desktop/$machineId"
      params={{ machineId: machine.id }}
      preload="intent"
      title={t("Desktop of {{name}}", { name: machine.name })}
      className={buttonClass("plain", "small")}
    >
      {inside}
    </Link>
  );
}
