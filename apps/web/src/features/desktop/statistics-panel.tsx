import { X } from "lucide-react";
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
    ["Path", path],
    ["Because", way?.because],
    ["Round trip", latencyMs === undefined ? undefined : milliseconds(latencyMs)],
    ["Frames shown", framesPerSecond === undefined ? undefined : `${rounded(framesPerSecond)} / s`],
    ["Frames sent", machine && `${rounded(machine.fps)} / s`],
    ["Bitrate", kbps === undefined ? undefined : bitrate(kbps)],
    ["The line bears", machine && bitrate(machine.target_kbps)],
    ["Size", width ? `${width} × ${height}` : undefined],
    ["Codec", codec],
    ["Encoding", machine && milliseconds(machine.encode_ms)],
    ["Waiting to be drawn", delayMs === undefined ? undefined : milliseconds(delayMs)],
    ["Packets lost", lossPercent === undefined ? undefined : `${rounded(lossPercent)} %`],
    ["Changes skipped", machine && String(machine.skipped)],
  ];
  return (
    <section
      aria-label="Statistics"
      className="absolute top-3 right-3 z-10 w-72 max-w-[calc(100%-1.5rem)] rounded-lg bg-raised pb-2.5 text-sm shadow-float"
    >
      <header className="flex items-center justify-between py-1 pr-1 pl-3">
        <h2 className="font-medium text-ink-2 text-xs">Statistics</h2>
        <IconButton label="Hide statistics" onClick={onClose} className="size-7">
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
const milliseconds = (ms: number): string => `${rounded(ms)} ms`;
const bitrate = (kbps: number): string =>
  kbps < 995 ? `${Math.round(kbps)} kbit/s` : `${(kbps / 1_000).toFixed(1)} Mbit/s`;
