import { X } from "lucide-react";
import { t } from "../../lib/texts.ts";
import { IconButton } from "../../ui/index.tsx";
import type { LineFigures } from "./desktop-line.ts";
import type { Way } from "./desktop-state.ts";
import type { Said } from "./use-desktop.ts";

interface StatisticsPanelProps {
  figures: LineFigures;
  latencyMs: number | undefined;
  machine: Said<"stats"> | undefined;
  way: Way | undefined;
  onClose: () => void;
}

/** What the line and the machine do, for those who wonder why it is slow. */
export function StatisticsPanel({ figures, latencyMs, machine, way, onClose }: StatisticsPanelProps) {
  const { framesPerSecond, kbps, width, height, codec, lossPercent, delayMs, path } = figures;
  const rows: [name: string, value: string | undefined][] = [
    [t("Path"), path],
    [t("Because"), way?.because],
    [t("Round trip"), latencyMs === undefined ? undefined : milliseconds(latencyMs)],
    [t("Frames shown"), framesPerSecond === undefined ? undefined : `${rounded(framesPerSecond)} / s`],
    [t("Frames sent"), machine && `${rounded(machine.fps)} / s`],
    [t("Bitrate"), kbps === undefined ? undefined : bitrate(kbps)],
    [t("The line bears"), machine && bitrate(machine.target_kbps)],
    [t("Size"), width ? `${width} × ${height}` : undefined],
    [t("Codec"), codec],
    [t("Encoding"), machine && milliseconds(machine.encode_ms)],
    [t("Waiting to be drawn"), delayMs === undefined ? undefined : milliseconds(delayMs)],
    [t("Packets lost"), lossPercent === undefined ? undefined : `${rounded(lossPercent)} %`],
    [t("Changes skipped"), machine && String(machine.skipped)],
  ];
  return (
    <section
      aria-label={t("Statistics")}
      className="absolute top-3 right-3 z-10 w-72 max-w-[calc(100%-1.5rem)] rounded-lg bg-raised pb-2.5 text-sm shadow-float"
    >
      <header className="flex items-center justify-between py-1 pr-1 pl-3">
        <h2 className="font-medium text-ink-2 text-xs">{t("Statistics")}</h2>
        <IconButton label={t("Hide statistics")} onClick={onClose} className="size-7">
          <X className="size-3.5" aria-hidden="true" />
        </IconButton>
      </header>
      <dl className="grid gap-0.5 px-3">
        {rows.map(([name, value]) =>
          value === undefined ? null : (
            <div key={name} className="flex items-baseline justify-between gap-4">
              <dt className="shrink-0 text-ink-3">{name}</dt>
              <dd className="wrap-break-word min-w-0 text-right tabular-nums">{value}</dd>
            </div>
          ),
        )}
      </dl>
    </section>
  );
}

const rounded = (value: number): string => (value < 9.95 ? value.toFixed(1) : String(Math.round(value)));
const milliseconds = (ms: number): string => t("{{ms}} ms", { ms: rounded(ms) });
const bitrate = (kbps: number): string =>
  kbps < 995
    ? t("{{kbps}} kbit/s", { kbps: Math.round(kbps) })
    : t("{{value}} Mbit/s", { value: (kbps / 1_000).toFixed(1) });
