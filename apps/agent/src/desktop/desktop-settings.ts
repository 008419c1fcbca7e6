/**
 * What this machine's own configuration says of its desktop. It counts whatever the control plane says: the link tells the
 * session host, and the host decides by it (H2, R-35).
 */
import { ConsentPolicy } from "@sallyport/protocol";
import { z } from "zod";
import { UsageError } from "../usage-error.ts";

export const DesktopSettings = z.object({
  /** Whether it is shown at all. */
  shown: z.boolean().default(true),
  consent: ConsentPolicy.default("peers"),
  /** Whether a session that needs the person at the machine is shown when nobody is there, or the screen is locked. */
  unattended: z.boolean().default(false),
  input: z.boolean().default(true),
  clipboard: z
    .object({ to_machine: z.boolean(), from_machine: z.boolean() })
    .default({ to_machine: true, from_machine: true }),
  /** The X display to show; null: the one that is found. */
  display: z.string().max(64).nullable().default(null),
});
export type DesktopSettings = z.output<typeof DesktopSettings>;

export const DEFAULT_DESKTOP: DesktopSettings = DesktopSettings.parse({});

const CLIPBOARD = {
  both: { to_machine: true, from_machine: true },
  "to-machine": { to_machine: true, from_machine: false },
  "from-machine": { to_machine: false, from_machine: true },
  off: { to_machine: false, from_machine: false },
} as const;
const SWITCH = { on: true, off: false } as const;
const CONSENT = { always: "always", peers: "peers", never: "never" } as const satisfies Record<ConsentPolicy, string>;
const UNATTENDED = { allow: true, refuse: false } as const;

/** `:0`, `:1.0`, `host:10`. */
const DISPLAY = /^[\w.-]*:\d{1,5}(?:\.\d{1,2})?$/;

/** The variables of ours that a link in the background, and its session host, must be started with. */
export const DESKTOP_VARIABLES = [
  "ZTNA_DESKTOP",
  "ZTNA_DESKTOP_CONSENT",
  "ZTNA_DESKTOP_UNATTENDED",
  "ZTNA_DESKTOP_INPUT",
  "ZTNA_DESKTOP_CLIPBOARD",
  "ZTNA_DISPLAY",
] as const;

/** @throws UsageError when a variable holds what it cannot mean */
export function readDesktopSettings(env: NodeJS.ProcessEnv): DesktopSettings {
  const one = <Value>(name: string, values: Readonly<Record<string, Value>>, otherwise: Value): Value => {
    const text = env[name]?.trim();
    if (!text) return otherwise;
    const value = Object.hasOwn(values, text) ? values[text] : undefined;
    if (value === undefined) throw new UsageError(`${name} must be one of ${Object.keys(values).join(", ")}`);
    return value;
  };
  const display = env.ZTNA_DISPLAY?.trim() || null;
  if (display !== null && !DISPLAY.test(display)) throw new UsageError("ZTNA_DISPLAY must be an X display, such as :0");
  return {
    shown: one<boolean>("ZTNA_DESKTOP", SWITCH, DEFAULT_DESKTOP.shown),
    consent: one<ConsentPolicy>("ZTNA_DESKTOP_CONSENT", CONSENT, DEFAULT_DESKTOP.consent),
    unattended: one<boolean>("ZTNA_DESKTOP_UNATTENDED", UNATTENDED, DEFAULT_DESKTOP.unattended),
    input: one<boolean>("ZTNA_DESKTOP_INPUT", SWITCH, DEFAULT_DESKTOP.input),
    clipboard: one<DesktopSettings["clipboard"]>("ZTNA_DESKTOP_CLIPBOARD", CLIPBOARD, DEFAULT_DESKTOP.clipboard),
    display,
  };
}
