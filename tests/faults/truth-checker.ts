/**
 * Reads what a viewer received of a truth shell and throws at the first byte that is not the one the shell printed
 * there: lost, doubled, reordered or changed. One per viewer; viewers of one session share a typist.
 *
 * Offsets count the bytes of the session's output, as on the wire. What is printed before the shell's first line, by
 * the login shell, and after its farewell, is counted and not judged.
 */
import { crc32 } from "node:zlib";
import { crcText } from "./crc-text.ts";
import { TruthTypist } from "./truth-typist.ts";

const FIRST = /#0:00000000:pid=(\d+):eol=(lf|crlf):record=(\d+)(?=\r?\n)/;
const FIRST_BYTES = 200;
const ALPHABET = "abcdefghijklmnopqrstuvwxyz";
const LONGEST_LINE = 1024 * 1024;

/** What a viewer that comes later cannot know: it did not see the first line. */
export interface TruthLayout {
  pid: number;
  eol: "\n" | "\r\n";
  recordBytes: number;
}

export interface Farewell {
  records: number;
  bytes: number;
  inputs: number;
}

export interface TruthCheckerOptions {
  typist?: TruthTypist;
  /** Offset of the first byte this viewer gets. */
  offset?: number;
  /** Of another viewer of the session, for one that begins in the middle. */
  layout?: TruthLayout;
}

export class TruthError extends Error {
  override readonly name = "TruthError";
}

export class TruthChecker {
  readonly typist: TruthTypist;
  #layout: TruthLayout | undefined;
  #state: "before" | "lost" | "reading" | "after";
  #pending = "";
  #offset: number;
  #crc = 0;
  #nextRecord = 0;
  #answered = 0;
  /** After a jump, until the next answer. */
  #mayMissAnswers = false;
  #farewell: Farewell | undefined;
  /** Whole records, answers and bytes that were judged and found right. */
  records = 0;
  bytes = 0;
  gapBytes = 0;
  /** `performance.now()` when output came last; 0 before. */
  lastOutputAtMs = 0;

  constructor({ typist = new TruthTypist(), offset = 0, layout }: TruthCheckerOptions = {}) {
    this.typist = typist;
    this.#offset = offset;
    this.#layout = layout;
    this.#state = layout ? "lost" : "before";
    this.#mayMissAnswers = layout !== undefined;
  }

  /** Where the next byte belongs. */
  get offset(): number {
    return this.#offset;
  }

  get layout(): TruthLayout | undefined {
    return this.#layout;
  }

  /** The shell's process, the same for as long as the session lives. */
  get pid(): number | undefined {
    return this.#layout?.pid;
  }

  /** Numbered input lines whose answer was seen, or went by in a gap. */
  get answered(): number {
    return this.#answered;
  }

  /** What the shell counted, once it said goodbye. */
  get farewell(): Farewell | undefined {
    return this.#farewell;
  }

  /** @throws TruthError at the first wrong byte. `at` is the offset of `bytes`, where the viewer knows it. */
  output(bytes: Uint8Array, at = this.#offset): void {
    if (at !== this.#offset) this.#fail(`output at ${at}`);
    this.lastOutputAtMs = performance.now();
    this.#offset += bytes.length;
    this.#pending += Buffer.from(bytes).toString("latin1");
    if (this.#state === "before") this.#findFirst();
    if (this.#state === "lost") this.#findRecord();
    if (this.#state === "reading") this.#readLines();
    if (this.#state === "after") this.#pending = "";
  }

  /** Output that the session told to be lost. */
  gap({ from, to }: { from: number; to: number }): void {
    if (from !== this.#offset || to <= from) this.#fail(`a gap from ${from} to ${to}`);
    this.gapBytes += to - from;
    this.#jumpTo(to);
  }

  /** The viewer dropped its screen and was shown another; output goes on at `start`. */
  screen(start: number): void {
    if (start < this.#offset) this.#fail(`a screen at ${start}, which goes back`);
    this.#jumpTo(start);
  }

  /** Everything typed was answered, and nothing is left half read. Call when the session is at rest. */
  assertQuiet(): void {
    if (this.#answered !== this.typist.lines)
      throw new TruthError(`${this.typist.lines} lines were typed, ${this.#answered} were answered`);
    if (this.#state === "reading" && this.#pending !== "") this.#fail(`an unfinished line ${shown(this.#pending)}`);
  }

  #jumpTo(offset: number): void {
    this.#offset = offset;
    this.#pending = "";
    this.#mayMissAnswers = true;
    // Before its first line nothing is known of the shell that could be lost.
    if (this.#state === "reading") this.#state = "lost";
  }

  #findFirst(): void {
    const found = FIRST.exec(this.#pending);
    if (!found) {
      this.#pending = this.#pending.slice(-FIRST_BYTES);
      return;
    }
    const [, pid, eol, record] = found;
    this.#layout = { pid: Number(pid), eol: eol === "crlf" ? "\r\n" : "\n", recordBytes: Number(record) };
    this.#pending = this.#pending.slice(found.index);
    this.#state = "reading";
  }

  /** In the middle of a line that cannot be judged; the next record tells where the shell is. */
  #findRecord(): void {
    for (let end = this.#pending.indexOf("\n"); end >= 0; end = this.#pending.indexOf("\n")) {
      const rest = this.#pending.slice(end + 1);
      if (!rest.includes("\n")) return;
      this.#pending = rest;
      const [, number, crc] = /^#(\d+):([0-9a-f]{8}):/.exec(rest) ?? [];
      if (number !== undefined && crc !== undefined) return this.#goOnAt(Number(number), Number.parseInt(crc, 16));
      // An answer does not tell what was printed before it, and a farewell ends everything.
      const text = rest.slice(0, rest.indexOf("\n")).replace(/\r$/, "");
      if (text.startsWith("<")) this.#onAnswer(text);
      else if (text.startsWith("BYE ")) return this.#onFarewell(text);
      else this.#fail(`after a jump: ${shown(text)}`);
    }
  }

  #goOnAt(record: number, crc: number): void {
    if (record < this.#nextRecord) this.#fail(`record ${record} after a jump, when ${this.#nextRecord} was next`);
    this.#nextRecord = record;
    this.#crc = crc;
    this.#state = "reading";
  }

  #readLines(): void {
    const eol = this.#layout?.eol ?? "\n";
    let at = 0;
    for (let end = this.#pending.indexOf("\n"); end >= 0; end = this.#pending.indexOf("\n", at)) {
      const whole = this.#pending.slice(at, end + 1);
      const lineAt = this.#offset - this.#pending.length + at;
      const text = whole.slice(0, -eol.length);
      if (!whole.endsWith(eol) || text.includes("\r")) this.#failAt(lineAt, `a broken end of line: ${shown(whole)}`);
      this.#onLine(text, lineAt);
      if (this.#state === "after") return;
      this.#crc = crc32(`${text}\n`, this.#crc);
      this.bytes += whole.length;
      at = end + 1;
    }
    this.#pending = this.#pending.slice(at);
    if (this.#pending.length > LONGEST_LINE) this.#fail("a line without end");
  }

  #onLine(text: string, lineAt: number): void {
    if (text.startsWith("<")) return this.#onAnswer(text);
    if (text.startsWith("BYE ")) return this.#onFarewell(text);
    if (text.startsWith("?")) this.#failAt(lineAt, `the shell did not read what was typed: ${shown(text)}`);
    const expected = this.#expectedRecord();
    if (text !== expected) this.#failAt(lineAt + firstDifference(text, expected), this.#explain(text, expected));
    this.#nextRecord += 1;
    this.records += 1;
  }

  #expectedRecord(): string {
    const { pid, eol, recordBytes } = this.#layout ?? { pid: 0, eol: "\n", recordBytes: 0 };
    const number = this.#nextRecord;
    const head = `#${number}:${crcText(this.#crc)}:`;
    if (number === 0) return `${head}pid=${pid}:eol=${eol === "\n" ? "lf" : "crlf"}:record=${recordBytes}`;
    const at = number % ALPHABET.length;
    const room = Math.max(0, recordBytes - 1 - head.length);
    return head + ALPHABET.repeat(Math.ceil((room + at) / ALPHABET.length)).slice(at, at + room);
  }

  #explain(text: string, expected: string): string {
    const number = Number(/^#(\d+):/.exec(text)?.[1]);
    const next = this.#nextRecord;
    let what = "bytes are lost, doubled, reordered or changed";
    if (number > next) what = `records ${next} to ${number - 1} are lost or late`;
    if (number < next) what = `record ${number} comes again`;
    return `${what}: expected ${shown(expected)}, got ${shown(text)}`;
  }

  #onAnswer(text: string): void {
    const number = Number(/^<(\d+):/.exec(text)?.[1]);
    const next = this.#answered + 1;
    if (number !== next && !(this.#mayMissAnswers && number > next))
      this.#fail(`answer ${number} when ${next} was next: ${shown(text)}`);
    const expected = this.typist.answer(number) ?? "nothing";
    if (text !== expected) this.#fail(`input was changed: answered ${shown(text)}, expected ${shown(expected)}`);
    this.#mayMissAnswers = false;
    this.#answered = number;
  }

  #onFarewell(text: string): void {
    const [, records, bytes, inputs, crc] = /^BYE (\d+) (\d+) (\d+) ([0-9a-f]{8})$/.exec(text) ?? [];
    if (this.#state === "reading" && Number(records) !== this.#nextRecord)
      this.#fail(`a farewell after ${this.#nextRecord} records: ${shown(text)}`);
    const { lines, crc: typed } = this.typist;
    if (crc !== typed || Number(inputs) !== lines) this.#fail(`typed ${lines} lines, CRC ${typed}; ${shown(text)}`);
    this.#farewell = { records: Number(records), bytes: Number(bytes), inputs: lines };
    this.#answered = lines;
    this.#state = "after";
  }

  #fail(what: string): never {
    return this.#failAt(this.#offset, what);
  }

  #failAt(offset: number, what: string): never {
    throw new TruthError(`at byte ${offset} of the output: ${what}`);
  }
}

function firstDifference(one: string, other: string): number {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at += 1;
  return at;
}

const shown = (text: string): string => JSON.stringify(text.length > 120 ? `${text.slice(0, 120)}…` : text);
