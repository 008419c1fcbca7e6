import type { AccessVerb } from "@sallyport/protocol";

/** What the simulator asks. People by id or e-mail address, machines by id or name. */
export interface AccessQuestion {
  person: string;
  machine: string;
  verb: AccessVerb;
  /** The machine that the person sits at. */
  from?: string;
}

/** Rules are asked for peer desktops only, so that is what one wants to know first. */
export const FIRST_VERB: AccessVerb = "desktop-peer";

/** The question as far as an address has it; without a machine there is none. Where one sits, only rules want to know. */
export function readQuestion({
  machine,
  verb = FIRST_VERB,
  from,
  person = "",
}: Partial<AccessQuestion>): AccessQuestion | undefined {
  if (!machine) return undefined;
  return { person, machine, verb, ...(from && verb === "desktop-peer" && { from }) };
}
