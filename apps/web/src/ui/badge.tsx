import type { ReactNode } from "react";

export type Tone = "neutral" | "ok" | "warn" | "danger" | "accent";

const TONES: Record<Tone, string> = {
  neutral: "bg-sunken text-ink-2",
  ok: "bg-ok-soft text-ok",
  warn: "bg-warn-soft text-warn",
  danger: "bg-danger-soft text-danger",
  accent: "bg-accent-soft text-accent",
};

/** One word about a thing. */
export const Badge = ({ tone = "neutral", children }: { tone?: Tone; children: ReactNode }) => (
  <span className={`inline-flex h-5 items-center rounded-sm px-1.5 font-medium text-2xs ${TONES[tone]}`}>
    {children}
  </span>
);

const DOTS: Record<Tone, string> = {
  neutral: "border-[1.5px] border-idle",
  ok: "bg-ok",
  warn: "bg-warn",
  danger: "bg-danger",
  accent: "bg-accent",
};

/** A state as a dot, always beside its word. An empty ring is "not there", so colour is not the only sign. */
export const Dot = ({ tone, pulse = false }: { tone: Tone; pulse?: boolean }) => (
  <span
    aria-hidden="true"
    className={`inline-block size-2 shrink-0 rounded-full ${DOTS[tone]} ${pulse ? "animate-pulse-soft" : ""}`}
  />
);
