/** `ztna up`: register where that is still to be done, then stay connected. */
import { decideControlUrl } from "@sallyport/client";
import { ERRORS, RemoteError } from "@sallyport/protocol";
import type { Config } from "../config.ts";
import { registerMachine } from "../identity/register-machine.ts";
import { askStatus } from "../link/local-client.ts";
import { oneLine } from "../platform/one-line.ts";
import { authKeyHash, loadRegistration, type StoredRegistration } from "../state/registration-file.ts";
import { UsageError } from "../usage-error.ts";
import type { CommandContext, ExitCode } from "./command-context.ts";
import { describeConnection } from "./describe-connection.ts";
import { EXIT_CONFLICT, EXIT_NOT_REGISTERED, exitStatusOf } from "./exit-status.ts";
import { runInBackground, runInForeground } from "./run-agent.ts";

export interface UpOptions {
  authKey?: string;
  hostname?: string;
  tag?: string[];
  controlUrl?: string;
  foreground?: boolean;
  insecure?: boolean;
}

const DEFAULT_CONTROL_URL = "http://127.0.0.1:8080";
const KEY_IN_ARGUMENTS =
  "WARNING: passing auth-key via CLI flag exposes it in process listing and shell history. " +
  "Use ZTNA_AUTH_KEY env var instead.";

export async function up(options: UpOptions, context: CommandContext): Promise<ExitCode> {
  const { config, dir, out, err } = context;
  if (options.authKey !== undefined) err(KEY_IN_ARGUMENTS);
  const known = loadRegistration(dir);
  if (known) {
    out(`Already registered: ${oneLine(known.name)} (IP: ${oneLine(known.tailnet_ip)})`);
    explainWhatIsKept(known, options, context);
  }
  const running = await askStatus(dir.linkSocket);
  if (running) return alreadyRunning(running, options, context);
  const registration = known ?? (await register(options, config, context));
  if (typeof registration === "number") return registration;
  if (!known) out(`Registered: ${oneLine(registration.name)} (${oneLine(registration.tailnet_ip)})`);
  return options.foreground
    ? runInForeground(registration, context, { sessionEnabled: true, desktop: config.desktop })
    : runInBackground(registration, context);
}

/** Registers, or says why not and returns the exit status. */
async function register(
  options: UpOptions,
  config: Config,
  { dir, err }: CommandContext,
): Promise<StoredRegistration | ExitCode> {
  const insecure = options.insecure ?? false;
  const controlUrl = checkedUrl(options.controlUrl ?? config.controlUrl ?? DEFAULT_CONTROL_URL, insecure);
  const authKey = config.authKey ?? options.authKey;
  if (!authKey) {
    err("not authenticated. Run 'ztna up --auth-key KEY' (or set ZTNA_AUTH_KEY) first");
    return EXIT_NOT_REGISTERED;
  }
  try {
    return await registerMachine(dir, {
      controlUrl,
      insecure,
      authKey,
      hostname: options.hostname,
      tags: options.tag ?? config.tags,
    });
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    err(`auth key registration failed: ${oneLine(error.code)}: ${oneLine(error.message)}`);
    return exitStatusOf(error);
  }
}

/** A machine is registered once. Whoever asks for another registration is told that this is not what happens. */
function explainWhatIsKept(known: StoredRegistration, options: UpOptions, { config, err }: CommandContext): void {
  const url = options.controlUrl ?? config.controlUrl;
  const key = config.authKey ?? options.authKey;
  const other: string[] = [];
  if (url !== undefined && checkedUrl(url, options.insecure || known.insecure) !== known.control_url) {
    other.push(`the control plane ${known.control_url}`);
  }
  if (key !== undefined && authKeyHash(key) !== known.auth_key_sha256) other.push("its first auth key");
  if (options.tag !== undefined) other.push("the tags that it has");
  if (other.length === 0) return;
  err(`Keeping the present registration, made with ${other.join(" and ")}; run 'ztna logout' first to make another`);
}

function alreadyRunning(
  status: NonNullable<Awaited<ReturnType<typeof askStatus>>>,
  { foreground }: UpOptions,
  { out, err }: CommandContext,
): ExitCode {
  // A service manager that starts it twice must hear of it; for a person, "it is up" is what was wanted.
  const exit = foreground ? EXIT_CONFLICT : 0;
  if (status === "stuck") {
    err("Already running, but it does not answer; 'ztna down' stops it");
    return ERRORS.MACHINE_OFFLINE.exit;
  }
  out(`Already running (PID ${status.pid}): ${describeConnection(status.connection)}`);
  return exit;
}

function checkedUrl(text: string, insecure: boolean): string {
  const decision = decideControlUrl(text, { insecure });
  if (!decision.allowed) throw new UsageError(decision.reason);
  return decision.url;
}
