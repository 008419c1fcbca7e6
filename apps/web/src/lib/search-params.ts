/** What is after the question mark of an address, as anybody may have typed it: read, or left out. */

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** Text that is not empty. The router reads digits as a number: they are text all the same. */
export function textParam(value: unknown): string | undefined {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
}

export function uuidParam(value: unknown): string | undefined {
  return typeof value === "string" && UUID.test(value) ? value : undefined;
}

/** A whole number from 1. */
export function countParam(value: unknown): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : undefined;
}

export function choiceParam<Value extends string>(choices: readonly Value[], value: unknown): Value | undefined {
  return choices.find((choice) => choice === value);
}

/** Those that are there: an address does not name what it does not say. */
export function givenParams<Params extends object>(params: Params) {
  const given = Object.entries(params).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as { [Name in keyof Params]?: Exclude<Params[Name], undefined> };
}
