import { text } from "node:stream/consumers";
import { AppError } from "@sallyport/protocol";
import { runOperatorCommand } from "./with-operator.ts";

/** `sallyport user set-password`: the new password comes from standard input, so it is in no process listing. */
export async function userPassword(email: string): Promise<void> {
  if (process.stdin.isTTY) process.stderr.write("New password, then Enter and Ctrl-D: ");
  const password = (await text(process.stdin)).replace(/\r?\n$/, "");
  if (password === "") throw new AppError("MISSING_FIELDS", { field: "password" });
  await runOperatorCommand("user-password", { email, password });
  process.stderr.write(`The password of ${email} is set; every earlier sign-in has ended.\n`);
}
