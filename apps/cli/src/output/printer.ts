import { encode, encodeList, type Format } from "./format.ts";
import { printable, table } from "./table.ts";

export interface Column<Row> {
  header: string;
  cell(row: Row): string;
  /** Never cut, however narrow the terminal: what a person copies from. */
  whole?: boolean;
}

/** A line of a single thing: what it is called, and its value as a person reads it. */
export type Field = readonly [label: string, value: string];

export function listAsTable<Row>(rows: readonly Row[], columns: readonly Column<Row>[], width?: number): string {
  return table(
    columns.map(({ header }) => header),
    rows.map((row) => columns.map(({ cell }) => cell(row))),
    { width, whole: columns.flatMap((column, index) => (column.whole ? [index] : [])) },
  );
}

/** Where results go: standard output and nothing else. */
export class Printer {
  readonly format: Format;

  constructor(format: Format) {
    this.format = format;
  }

  /**
   * Rows in columns for people, the values themselves for programs.
   *
   * @param empty what people are told when there is nothing, on standard error
   */
  list<Row>(rows: readonly Row[], columns: readonly Column<Row>[], { empty }: { empty?: string } = {}): void {
    if (rows.length === 0 && empty !== undefined) process.stderr.write(`${empty}\n`);
    if (this.format !== "table") write(encodeList(rows, this.format));
    else if (rows.length > 0 || empty === undefined)
      write(listAsTable(rows, columns, process.stdout.columns || undefined));
  }

  /** A text of its own form for people, the value itself for programs; of a list, one value per line with `jsonl`. */
  text(value: unknown, forPeople: () => string): void {
    if (this.format === "table") write(forPeople());
    else write(Array.isArray(value) ? encodeList(value, this.format) : encode(value, this.format));
  }

  /** One of many that come one after the other: a line, in machine formats of its own. */
  line(value: unknown, forPeople: () => string): void {
    if (this.format === "table") write(`${printable(forPeople())}\n`);
    else write(this.format === "yaml" ? `---\n${encode(value, "yaml")}` : encode(value, "jsonl"));
  }

  /** One thing: a line for each field for people, the value itself for programs. */
  one<Value>(value: Value, fields: (value: Value) => readonly Field[]): void {
    if (this.format !== "table") return write(encode(value, this.format));
    const lines = fields(value);
    const width = Math.max(...lines.map(([label]) => label.length));
    write(lines.map(([label, text]) => `${label.padEnd(width)}  ${printable(text)}\n`).join(""));
  }
}

const write = (text: string): void => {
  process.stdout.write(text);
};
