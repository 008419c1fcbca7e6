import { hostname } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import { HttpClient } from "@sallyport/client";
import { AppError, deviceApi, RemoteError, type SignIn } from "@sallyport/protocol";
import { confirmPage } from "./confirm-page.ts";
import { openBrowser } from "./open-browser.ts";

/** A person confirms a short code in a browser, on this computer or any other. */
export async function signInWithBrowser(server: string, { mayOpen }: { mayOpen: boolean }): Promise<SignIn> {
  const api = new HttpClient({ baseUrl: server });
  const client_name = `gatekey-admin on ${hostname()}`.slice(0, 128);
  const begun = await api.call(deviceApi.start, { body: { client_name } });
  const page = confirmPage(server, begun.verification_url_complete);
  process.stderr.write(`To sign in, open\n\n  ${page}\n\nand see that it shows the code ${begun.user_code}\n\n`);
  if (mayOpen) openBrowser(page);
  process.stderr.write("Waiting for you to confirm it there. Ctrl-C stops.\n");
  return waitForSignIn(api, begun);
}

async function waitForSignIn(
  api: HttpClient,
  { device_code, expires_in, interval }: { device_code: string; expires_in: number; interval: number },
): Promise<SignIn> {
  const deadline = performance.now() + expires_in * 1_000;
  for (let seconds = interval; performance.now() < deadline; ) {
    await wait(seconds * 1_000);
    try {
      return await api.call(deviceApi.token, { body: { device_code } });
    } catch (error) {
      seconds = waitAfter(error, interval);
    }
  }
  throw new AppError("SIGN_IN_EXPIRED", {});
}

/** Seconds until it is worth asking again; a network that is away for a moment ends nothing. */
function waitAfter(error: unknown, interval: number): number {
  if (!(error instanceof RemoteError)) throw error;
  if (error.code === "SIGN_IN_PENDING" || error.code === "UNREACHABLE") return interval;
  if (error.code === "RATE_LIMITED") return Math.max(interval, Number(error.data.retryAfterSeconds) || 0);
  throw error;
}
