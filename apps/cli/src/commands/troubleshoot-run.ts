import {
  AppError,
  CONTROL_PLANE,
  DIAGNOSTIC_SECONDS,
  type DiagnosticRequest,
  type DiagnosticRun,
  RemoteError,
  troubleshootApi,
} from "@sallyport/protocol";
import { comparison, exitStatusOf, LabelledLines, type Outcome, plain, verdict } from "../output/diagnostics.ts";
import { type Format, structured } from "../output/structured.ts";
import { type Operator, signedIn } from "../signed-in.ts";

export interface TroubleshootOptions {
  location?: readonly string[];
  timeout?: number;
  output: Format;
}

/** What the command line says; a setting that was not given is undefined. */
type Asked = Pick<DiagnosticRequest, "tool" | "target"> & {
  [Setting in "count" | "max_hops" | "port" | "ports"]?: DiagnosticRequest[Setting] | undefined;
};

/** For what the server does before and after the tool runs. */
const ALLOWANCE_MS = 30_000;

/** `gatekey-admin troubleshoot TOOL`: one tool, at one place or at several at once. */
export async function troubleshootRun(asked: Asked, options: TroubleshootOptions): Promise<void> {
  if (asked.tool === "nc" && asked.port === undefined) {
    throw new AppError("INVALID_INPUT", { reason: "--port is required for netcat" });
  }
  const operator = await signedIn();
  const [first = CONTROL_PLANE, ...others] = new Set(options.location);
  process.exitCode =
    others.length === 0
      ? await runAt(operator, first, asked, options)
      : await compare(operator, [first, ...others], asked, options);
}

/** The tool's output as it comes, as if it ran here. */
async function runAt(
  operator: Operator,
  location: string,
  asked: Asked,
  options: TroubleshootOptions,
): Promise<number> {
  const show = showOnly(options.output);
  show(announce(asked, location));
  const run = await ask(operator, location, asked, options, (data) => show(plain(data)));
  if (options.output !== "table") process.stdout.write(structured(run, options.output));
  const lineEnd = run.output === "" || run.output.endsWith("\n") ? "" : "\n";
  show(`${lineEnd}\n${verdict(run)}`);
  return exitStatusOf([{ location, run }]);
}

/** Lines of all of them as they come, each with its place; then what each found, side by side. */
async function compare(
  operator: Operator,
  locations: readonly string[],
  asked: Asked,
  options: TroubleshootOptions,
): Promise<number> {
  const { output } = options;
  const show = showOnly(output);
  show(announce(asked, locations.join(", ")));
  const outcomes = await Promise.all(
    locations.map(async (location): Promise<Outcome> => {
      const lines = new LabelledLines(plain(location));
      try {
        const run = await ask(operator, location, asked, options, (data) => show(lines.add(plain(data))));
        return { location, run };
      } catch (error) {
        if (!(error instanceof RemoteError)) throw error;
        return { location, error: { code: error.code, message: error.message } };
      } finally {
        show(lines.end());
      }
    }),
  );
  show(`\n${comparison(outcomes, process.stdout.columns || undefined)}`);
  if (output !== "table") {
    const results = outcomes.map((outcome) => ("run" in outcome ? outcome.run : outcome));
    process.stdout.write(structured(results, output));
  }
  return exitStatusOf(outcomes);
}

/** Writes for people, where nobody asked for something else. */
const showOnly = (output: Format) => (text: string) => {
  if (output === "table") process.stdout.write(text);
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
