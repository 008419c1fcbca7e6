import type { MachineView, Membership } from "@sallyport/protocol";
import { Link } from "@tanstack/react-router";
import { memo } from "react";
import { fullTime } from "../../lib/format-time.ts";
import { plural, t } from "../../lib/texts.ts";
import { Badge, CopyValue, Dot } from "../../ui/index.tsx";
import { OpenDesktop } from "../desktop/index.ts";
import { KIND_WORDS } from "./machine-words.ts";
import { OpenTerminal } from "./open-terminal.tsx";
import { presenceOf } from "./presence.ts";

interface MachineCellsProps {
  machine: MachineView;
  sessionCount: number;
  org: Membership;
  nowMs: number;
}

/** The cells of one machine's row. The row itself takes the focus, so that arrow keys walk machines and not buttons. */
export const MachineCells = memo(function MachineCells({ machine, sessionCount, org, nowMs }: MachineCellsProps) {
  const { name, kind, ephemeral, tailnet_ip, os, version, last_seen } = machine;
  const { tone, word, detail } = presenceOf(machine, nowMs);

  return (
    <>
      <th scope="row" className="min-w-0 text-left font-normal">
        <span className="flex min-w-0 items-center gap-2">
          <Link
            to="/machines/$machineId"
            params={{ machineId: machine.id }}
            preload="intent"
            className="min-w-0 truncate rounded-sm font-medium decoration-line-strong underline-offset-2 hover:underline"
            title={name}
          >
            <bdi>{name}</bdi>
          </Link>
          {kind !== "machine" && <Badge>{KIND_WORDS[kind]}</Badge>}
          {ephemeral && <Badge>{t("ephemeral")}</Badge>}
        </span>
        <span
          className="flex items-center gap-1.5 text-ink-2 text-xs"
          title={last_seen ? t("Last seen {{last_seen}}", { last_seen: fullTime(last_seen) }) : undefined}
        >
          <Dot tone={tone} />
          <span className={`shrink-0 ${tone === "warn" ? "text-warn" : tone === "danger" ? "text-danger" : ""}`}>
            {word}
          </span>
          {detail && <span className="truncate text-ink-3">{detail}</span>}
          {sessionCount > 0 && (
            <Link
              to="/sessions"
              search={{ machine: machine.id }}
              className="shrink-0 rounded-sm underline decoration-line-strong underline-offset-2 hover:text-ink"
            >
              {plural(sessionCount, { one: "{{count, number}} session", other: "{{count, number}} sessions" })}
              <span className="sr-only">{t(" on {{name}}", { name })}</span>
            </Link>
          )}
        </span>
      </th>
      <td className="min-w-0 max-md:col-start-1 max-md:row-start-2">
        {tailnet_ip ? <CopyValue text={tailnet_ip} what={t("address")} /> : <None />}
      </td>
      <td className="min-w-0 text-ink-2 text-sm max-md:hidden">
        {os ? (
          <bdi className="block truncate" title={os}>
            {os}
          </bdi>
        ) : (
          <None />
        )}
      </td>
      <td className="min-w-0 text-ink-2 text-sm max-md:hidden">
        {version ? (
          <bdi className="block truncate" title={version}>
            {version}
          </bdi>
        ) : (
          <None />
        )}
      </td>
      <td className="flex justify-end gap-1.5 max-md:col-start-2 max-md:row-span-2 max-md:row-start-1">
        <OpenDesktop machine={machine} org={org} />
        <OpenTerminal machine={machine} role={org.role} />
      </td>
    </>
  );
});

const None = () => (
  <>
    <span aria-hidden="true" className="text-ink-3">
      –
    </span>
    <span className="sr-only">{t("unknown")}</span>
  </>
);
