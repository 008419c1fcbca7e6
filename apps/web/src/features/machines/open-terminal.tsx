import type { MachineView, Role } from "@sallyport/protocol";
import { Link } from "@tanstack/react-router";
import { SquareTerminal } from "lucide-react";
import { t } from "../../lib/texts.ts";
import { buttonClass, useToast } from "../../ui/index.tsx";
import { shellRefusal } from "./presence.ts";

interface OpenTerminalProps {
  machine: MachineView;
  role: Role | undefined;
  look?: "plain" | "primary";
}

/** The way into a machine: a link, so that it can be opened in a tab of its own; or the reason why there is none. */
export function OpenTerminal({ machine, role, look = "plain" }: OpenTerminalProps) {
  const toast = useToast();
  const refusal = shellRefusal(machine, role);
  const inside = (
    <>
      <SquareTerminal className="size-4" aria-hidden="true" />
      <span className="max-md:sr-only">{t("Open terminal")}</span>
      <span className="md:hidden" aria-hidden="true">
        {t("Open")}
      </span>
      <span className="sr-only">{t(" on {{name}}", { name: machine.name })}</span>
    </>
  );

  if (refusal) {
    return (
      <button
        type="button"
        data-open
        aria-disabled="true"
        title={refusal}
        aria-description={refusal}
        onClick={() => toast(refusal)}
        className={buttonClass(look, "small")}
      >
        {inside}
      </button>
    );
  }
  return (
    <Link
      data-open
      to="/terminal/$machineId"
      params={{ machineId: machine.id }}
      preload="intent"
      className={buttonClass(look, "small")}
    >
      {inside}
    </Link>
  );
}
