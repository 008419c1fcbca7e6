import { createInterface } from "node:readline/promises";

/** 128 and the number of SIGINT. */
const INTERRUPTED = 130;

/** Asks a person at the terminal; everything but "y" and "yes" is a no. */
export async function ask(question: string): Promise<boolean> {
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  reader.once("SIGINT", () => {
    reader.close();
    process.stderr.write("\n");
    process.exit(INTERRUPTED);
  });
  try {
    const answer = await Promise.race([
      reader.question(`${question} [y/N] `),
      new Promise<string>((resolve) => reader.once("close", () => resolve(""))),
    ]);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    reader.close();
  }
}
