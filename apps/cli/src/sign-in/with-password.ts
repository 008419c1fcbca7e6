import { createInterface, type Interface } from "node:readline/promises";
import { Writable } from "node:stream";
import { HttpClient } from "@sallyport/client";
import { AppError, authApi, type SignIn } from "@sallyport/protocol";

/** 128 and the number of SIGINT. */
const INTERRUPTED = 130;

/** The password comes from a prompt that shows nothing, or from standard input. */
export async function signInWithPassword(server: string, given: string | undefined): Promise<SignIn> {
  const email = given ?? "";
  if (email === "") throw new AppError("MISSING_FIELDS", { field: "--email" });
  const password = await askPassword(`Password of ${email}: `);
  if (password === "") throw new AppError("MISSING_FIELDS", { field: "password" });
  return new HttpClient({ baseUrl: server }).call(authApi.login, { body: { email, password } });
}

async function askPassword(prompt: string): Promise<string> {
  const hidden = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input: process.stdin, output: hidden, terminal: process.stdin.isTTY });
  leaveOnInterrupt(reader);
  if (process.stdin.isTTY) process.stderr.write(prompt);
  try {
    // An input that ends without a line is an empty answer, not a wait for ever.
    return await Promise.race([
      reader.question(""),
      new Promise<string>((resolve) => reader.once("close", () => resolve(""))),
    ]);
  } finally {
    reader.close();
    if (process.stdin.isTTY) process.stderr.write("\n");
  }
}

/** As any program that is interrupted. */
const leaveOnInterrupt = (reader: Interface): void => {
  reader.once("SIGINT", () => {
    reader.close();
    process.stderr.write("\n");
    process.exit(INTERRUPTED);
  });
};
