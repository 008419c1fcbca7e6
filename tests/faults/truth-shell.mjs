// Run inside a session's terminal: `node truth-shell.mjs --rate 2000000 --record 200`. Everything it prints can be
// predicted to the byte and everything it is told is answered, so that truth-checker.ts sees what was lost or doubled.
//
//   #0:00000000:pid=4711:eol=crlf:record=200     the first line
//   #1:5f3a09c1:bcdef…                           then numbered records, `record` bytes each with "\n"
//   <3:c8d19e00                                  an answer, between records: line 3 was read; CRC-32 of all input
//   ?17:c8d19e00                                 the input line that should have been 17 was not what was typed
//   BYE 900 180000 3 c8d19e00                    records, bytes before this line, input lines, CRC-32 of all input
//
// The number after `#n:` is the CRC-32 of every byte printed before that line, with "\n" for each end of line: a
// terminal may print "\r\n", which is what `eol` tells. Input lines are `>n:crc:filler\r`, with the CRC-32 of all
// input before, or `!stop\r`, `!go\r` and `!quit\r`, which exits with 7.
import { crc32 } from "node:zlib";

const QUIT_STATUS = 7;
const TICK_MS = 5;
/** Output that is made up for after the terminal blocked; more would be a flood that nobody asked for. */
const CATCH_UP_MS = 100;
const PIECE_BYTES = 16 * 1024;
const ALPHABET = "abcdefghijklmnopqrstuvwxyz";

const hex = (crc) => crc.toString(16).padStart(8, "0");

function option(name, otherwise) {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
}

const rate = option("rate", 0);
const recordBytes = option("record", 200);

let records = 0;
let printedBytes = 0;
let printedCrc = 0;
let inputs = 0;
let inputCrc = 0;
let input = "";
let stopped = false;
let owed = 0;
let lastMs = performance.now();
let blocked = false;

if (process.stdin.isTTY) process.stdin.setRawMode(true);

/** Counts a line as printed and returns it. */
function line(text) {
  const whole = `${text}\n`;
  printedCrc = crc32(whole, printedCrc);
  printedBytes += whole.length;
  return whole;
}

function record() {
  const head = `#${records}:${hex(printedCrc)}:`;
  const at = records % ALPHABET.length;
  const room = Math.max(0, recordBytes - 1 - head.length);
  const filler = ALPHABET.repeat(Math.ceil((room + at) / ALPHABET.length)).slice(at, at + room);
  records += 1;
  return line(head + filler);
}

function print(text) {
  if (process.stdout.write(text)) return;
  blocked = true;
  process.stdout.once("drain", () => {
    blocked = false;
    next();
  });
}

function next() {
  if (stopped || blocked) return;
  if (rate === 0) {
    let piece = "";
    while (piece.length < PIECE_BYTES) piece += record();
    print(piece);
    setImmediate(next);
    return;
  }
  const nowMs = performance.now();
  owed = Math.min(owed + ((nowMs - lastMs) * rate) / 1000, Math.max(recordBytes, (CATCH_UP_MS * rate) / 1000));
  lastMs = nowMs;
  let piece = "";
  while (owed >= recordBytes) {
    piece += record();
    owed -= recordBytes;
  }
  if (piece) print(piece);
}

function obey(typed) {
  const isAsExpected = typed === "!stop\r" || typed === "!go\r" || typed === "!quit\r" || isInput(typed);
  inputCrc = crc32(typed, inputCrc);
  if (!isAsExpected) return print(line(`?${inputs + 1}:${hex(inputCrc)}`));
  if (typed === "!stop\r") stopped = true;
  else if (typed === "!go\r") go();
  else if (typed === "!quit\r") quit();
  else {
    inputs += 1;
    print(line(`<${inputs}:${hex(inputCrc)}`));
  }
}

function isInput(typed) {
  const [, number, crc] = /^>(\d+):([0-9a-f]{8})(?::[^\r]*)?\r$/.exec(typed) ?? [];
  return Number(number) === inputs + 1 && crc === hex(inputCrc);
}

function go() {
  if (!stopped) return;
  stopped = false;
  lastMs = performance.now();
  next();
}

function quit() {
  stopped = true;
  process.stdout.write(`BYE ${records} ${printedBytes} ${inputs} ${hex(inputCrc)}\n`, () => process.exit(QUIT_STATUS));
}

process.stdin.setEncoding("latin1");
process.stdin.on("data", (text) => {
  input += text;
  for (let at = input.indexOf("\r"); at >= 0; at = input.indexOf("\r")) {
    const typed = input.slice(0, at + 1);
    input = input.slice(at + 1);
    obey(typed);
  }
});
process.stdin.on("end", () => process.exit(0));

const eol = process.stdout.isTTY ? "crlf" : "lf";
print(line(`#0:${hex(0)}:pid=${process.pid}:eol=${eol}:record=${recordBytes}`));
records = 1;
if (rate > 0) setInterval(next, TICK_MS);
else next();
