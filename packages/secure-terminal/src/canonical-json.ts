/**
 * One spelling for each JSON value: RFC 8785 (JSON Canonicalization Scheme). Members are sorted by UTF-16 code units,
 * nothing is optional, so two values share their text only if they are the same value. Strings are not normalised,
 * and lone surrogates stay escaped, so that the UTF-8 bytes are as unambiguous as the text.
 */

/** Nesting of what terminals exchange is below ten. Half would still do; no limit would overflow the stack. */
export const MAX_JSON_DEPTH = 32;

/** Text of one signed message. A pasted page is far below; ten times as much would stall the event loop while hashing. */
export const MAX_JSON_CHARS = 1_048_576;

/** What may be still written. Shared by the whole recursion, so that many small members cost as much as one large one. */
interface Budget {
  chars: number;
}

/**
 * Writes a value as canonical JSON. Members that are `undefined` are left out, as `JSON.stringify` does.
 *
 * @throws TypeError for what JSON cannot carry unchanged: functions, symbols, BigInt, NaN, holes, class instances
 * @throws RangeError beyond `MAX_JSON_DEPTH` (cycles end here, too) or `MAX_JSON_CHARS`
 */
export function canonicalJson(value: unknown): string {
  // What both of our sides send is sorted already, and then the engine's own writer says the same in a tenth of the time.
  const text = isWrittenSorted(value, 0, { chars: MAX_JSON_CHARS }) ? JSON.stringify(value) : undefined;
  if (text !== undefined && text.length <= MAX_JSON_CHARS) return text;
  return write(value, 0, { chars: MAX_JSON_CHARS });
}

/** Whether `JSON.stringify` writes a value canonically. When in doubt no: the other writer decides and throws. */
function isWrittenSorted(value: unknown, depth: number, budget: Budget): boolean {
  switch (typeof value) {
    case "string":
      budget.chars -= value.length;
      return budget.chars >= 0;
    case "number":
      return Number.isFinite(value);
    case "boolean":
      return true;
    case "object":
      break;
    default:
      return false;
  }
  if (value === null) return true;
  if (depth >= MAX_JSON_DEPTH || "toJSON" in value) return false;
  if (Array.isArray(value)) {
    budget.chars -= value.length;
    return budget.chars >= 0 && Array.from(value).every((item) => isWrittenSorted(item, depth + 1, budget));
  }
  if (!isPlain(value)) return false;
  let last: string | undefined;
  for (const key of Object.keys(value)) {
    if (last !== undefined && key < last) return false;
    last = key;
    budget.chars -= key.length;
    if (!isWrittenSorted(value[key], depth + 1, budget)) return false;
  }
  return true;
}

/**
 * What `JSON.stringify` would put on the wire, as plain data: `toJSON` is applied, `undefined` becomes null.
 *
 * @throws TypeError for cycles, BigInt, functions and numbers that are not finite, which JSON would silently lose
 */
export function toPlainJson(value: unknown): unknown {
  const text = JSON.stringify(value ?? null, (_key, member: unknown) => {
    if (typeof member === "number" && !Number.isFinite(member)) throw new TypeError("JSON has no such number");
    if (typeof member === "function" || typeof member === "symbol") throw new TypeError(`JSON has no ${typeof member}`);
    return member;
  });
  return JSON.parse(text);
}

function write(value: unknown, depth: number, budget: Budget): string {
  switch (typeof value) {
    case "string":
      if (value.length > budget.chars) throw tooLong();
      return spend(JSON.stringify(value), budget);
    case "number":
      if (!Number.isFinite(value)) throw new TypeError("JSON has no such number");
      return spend(JSON.stringify(value), budget);
    case "boolean":
      return spend(value ? "true" : "false", budget);
    case "object":
      if (value === null) return spend("null", budget);
      if (depth >= MAX_JSON_DEPTH) throw new RangeError("JSON is nested too deeply");
      return Array.isArray(value) ? writeArray(value, depth + 1, budget) : writeObject(value, depth + 1, budget);
    default:
      throw new TypeError(`JSON has no ${typeof value}`);
  }
}

function writeArray(items: readonly unknown[], depth: number, budget: Budget): string {
  let text = spend("[", budget);
  for (let i = 0; i < items.length; i++) {
    if (i > 0) text += spend(",", budget);
    text += write(items[i], depth, budget);
  }
  return text + spend("]", budget);
}

function writeObject(object: object, depth: number, budget: Budget): string {
  if (!isPlain(object)) throw new TypeError("only plain objects are JSON");
  let text = spend("{", budget);
  let separator = "";
  for (const key of Object.keys(object).sort()) {
    const member = object[key];
    if (member === undefined) continue;
    text += spend(separator, budget) + write(key, depth, budget) + spend(":", budget) + write(member, depth, budget);
    separator = ",";
  }
  return text + spend("}", budget);
}

function spend(text: string, budget: Budget): string {
  budget.chars -= text.length;
  if (budget.chars < 0) throw tooLong();
  return text;
}

const tooLong = () => new RangeError("JSON is too long");

/** A Date, a Map or a Buffer would lose what it is on the wire, so only bare objects count; those of other realms do. */
function isPlain(object: object): object is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(object);
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null;
}
