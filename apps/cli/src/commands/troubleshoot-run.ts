import {
  AppError,
  CONTROL_PLANE,
  DIAGNOSTIC_SECONDS,
  type DiagnosticRequest,
  type DiagnosticRun,
  RemoteError,
  troubleshootApi,
} from "@sallyport/protocol";
import type { Cli } from "../cli.ts";
import { comparison, exitStatusOf, type Outcome, verdict } from "../output/diagnostics.ts";
import { LabelledLines } from "../output/labelled-lines.ts";
import { plain } from "../output/plain.ts";
import type { Printer } from "../output/printer.ts";
import type { Operator } from "../signed-in.ts";

export interface TroubleshootOptions {
  location?: readonly string[];
  timeout?: number;
}

/** What the command line says; a setting that was not given is undefined. */
type Asked = Pick<DiagnosticRequest, "tool" | "target"> & {
  [Setting in "count" | "max_hops" | "port" | "ports"]?: DiagnosticRequest[Setting] | undefined;
};

/** For what the server does before and after the tool runs. */
const ALLOWANCE_MS = 30_000;

/** `gatekey-admin troubleshoot TOOL`: one tool, at one place or at several at once. */
export async function troubleshootRun(
  { print, signedIn }: Cli,
  asked: Asked,
  options: TroubleshootOptions,
): Promise<void> {
  if (asked.tool === "nc" && asked.port === undefined) {
    throw new AppError("INVALID_INPUT", { reason: "--port is required for netcat" });
  }
  const operator = await signedIn();
  const [first = CONTROL_PLANE, ...others] = new Set(options.location);
  process.exitCode =
    others.length === 0
      ? await runAt({ print, operator }, first, asked, options)
      : await compare({ print, operator }, [first, ...others], asked, options);
}

interface With {
  print: Printer;
  operator: Operator;
}

/** The tool's output as it comes, as if it ran here. */
async function runAt(
  { print, operator }: With,
  location: string,
  asked: Asked,
  options: TroubleshootOptions,
): Promise<number> {
  const show = showOnly(print);
  show(announce(asked, location));
  const run = await ask(operator, location, asked, options, (data) => show(plain(data)));
  if (print.format !== "table") print.text(run, () => "");
  const lineEnd = run.output === "" || run.output.endsWith("\n") ? "" : "\n";
  show(`${lineEnd}\n${verdict(run)}`);
  return exitStatusOf([{ location, run }]);
}

/** Lines of all of them as they come, each with its place; then what each found, side by side. */
async function compare(
  { print, operator }: With,
  locations: readonly string[],
  asked: Asked,
  options: TroubleshootOptions,
): Promise<number> {
  const show = showOnly(print);
  show(announce(asked, locations.join(", ")));
  const outcomes = await Promise.all(
    locations.map(async (location): Promise<Outcome> => {
      const lines = new LabelledLines(`${plain(location)} | `, (bytes) => show(Buffer.from(bytes).toString()));
      try {
        const run = await ask(operator, location, asked, options, (data) => lines.feed(Buffer.from(plain(data))));
        return { location, run };
      } catch (error) {
        if (!(error instanceof RemoteError)) throw error;
        return { location, error: { code: error.code, message: error.message } };
      } finally {
        lines.end();
      }
    }),
  );
  show(`\n${comparison(outcomes, process.stdout.columns || undefined)}`);
  if (print.format !== "table") {
    const results = outcomes.map((outcome) => ("run" in outcome ? outcome.run : outcome));
    print.text(results, () => "");
  }
  return exitStatusOf(outcomes);
}

/** Writes for people, where nobody asked for something else. */
const showOnly =
  ({ format }: Printer) =>
  (text: string) => {
    if (format === "table") process.stdout.write(text);
  };

const announce = ({ tool, target }: Asked, where: string): string =>
  `Executing ${tool} to ${plain(target)} from ${plain(where)}...\n\n`;

async function ask(
  { api, orgId }: Operator,
  location: string,
  asked: Asked,
  { timeout = DIAGNOSTIC_SECONDS.default }: TroubleshootOptions,
  onOutput: (data: string) => void,
): Promise<DiagnosticRun> {
  return api.follow(
    troubleshootApi,
    "run",
    { org_id: orgId, location, timeout_seconds: timeout, ...asked },
    { onProgress: ({ data }) => onOutput(data), timeoutMs: timeout * 1_000 + ALLOWANCE_MS },
  );
}
