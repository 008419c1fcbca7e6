import { createInterface, type Interface } from "node:readline/promises";
import { Writable } from "node:stream";
import { HttpClient } from "@sallyport/client";
import { AppError, authApi } from "@sallyport/protocol";
import type { Cli } from "../cli.ts";
import { keepSignIn } from "../signed-in.ts";

/** 128 and the number of SIGINT. */
const INTERRUPTED = 130;

/** `gatekey-admin login`: the password comes from a prompt that shows nothing, or from standard input. */
export async function login({ settings }: Cli, { email: given }: { email?: string }): Promise<void> {
  const { server, signInFile } = settings;
  const email = given ?? (await askEmail());
  if (email === "") throw new AppError("MISSING_FIELDS", { field: "email" });
  const password = await askPassword(`Password of ${email}: `);
  if (password === "") throw new AppError("MISSING_FIELDS", { field: "password" });
  const signIn = await new HttpClient({ baseUrl: server }).call(authApi.login, { body: { email, password } });
  await keepSignIn(signInFile, server, signIn);
  process.stderr.write(`Signed in to ${server} as ${signIn.user.email}.\n`);
}

/** Standard input is the password's when it is not a terminal. */
async function askEmail(): Promise<string> {
  if (!process.stdin.isTTY) return "";
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  leaveOnInterrupt(reader);
  try {
    return (await reader.question("E-mail address: ")).trim();
  } finally {
    reader.close();
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
