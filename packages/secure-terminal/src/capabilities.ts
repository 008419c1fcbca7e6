/** What a session may do. Open strings: a host may add its own. */
export const DEFAULT_CAPABILITIES: readonly string[] = ["spawn", "input", "resize"];

/** Far more than there are words; keeps a token and a signed message small. */
const MAX_CAPABILITIES = 32;
const MAX_CAPABILITY_CHARS = 64;

/** What a message type needs: any one of these sets, and of that set every capability. */
export type Requirement = readonly (readonly string[])[];
export type Requirements = ReadonlyMap<string, Requirement>;

const SPAWN: Requirement = [["spawn"]];

/** Types that are not listed need nothing: `type` is an open string (VT-055, X-36). */
const DEFAULT_REQUIREMENTS: readonly (readonly [type: string, Requirement])[] = [
  ["terminal_input", [["input"]]],
  ["terminal_resize", [["resize"]]],
  // One act, three spellings in the guide.
  ["spawn_shell", SPAWN],
  ["spawn_terminal", SPAWN],
  ["terminal_spawn", SPAWN],
  // Whoever may open a shell and type into it can run any command already; so the guide's default token may, too.
  ["execute_command", [["execute"], ["spawn", "input"]]],
];

/**
 * The built-in rules with changes by message type: a capability replaces what the type needs, null takes it away.
 *
 * @param changes for example `{ execute_command: "execute", file_read: "files" }`
 */
export function makeRequirements(changes: Readonly<Record<string, string | null>> = {}): Requirements {
  const rules = new Map(DEFAULT_REQUIREMENTS);
  for (const [type, capability] of Object.entries(changes)) {
    if (capability === null) rules.delete(type);
    else rules.set(type, [[capability]]);
  }
  return rules;
}

/** Names what is missing for a message of this type, or returns undefined when nothing is. */
export function missingCapability(
  type: string,
  capabilities: readonly string[],
  requirements: Requirements,
): string | undefined {
  const requirement = requirements.get(type);
  if (!requirement || requirement.some((set) => set.every((capability) => capabilities.includes(capability)))) return;
  return requirement.map((set) => set.join(" and ")).join(", or ");
}

/** A list of capabilities as tokens and messages may carry it. */
export function isCapabilityList(value: unknown): value is string[] {
  return (
    Array.isArray(value) &&
    value.length <= MAX_CAPABILITIES &&
    value.every((item) => typeof item === "string" && item.length > 0 && item.length <= MAX_CAPABILITY_CHARS)
  );
}
