/** `ztna desktop`: which display viewers would see; with `--virtual`, one for a machine that has none. */
import { findDisplay } from "../desktop/display/find-display.ts";
import { parseDisplayNumber, parseScreenSize } from "../desktop/virtual/screen-size.ts";
import { reasonOf } from "../platform/one-line.ts";
import { UsageError } from "../usage-error.ts";
import type { CommandContext, ExitCode } from "./command-context.ts";

export interface DesktopOptions {
  virtual?: string;
  display?: string;
  /** What to run in the virtual display. */
  session?: string[];
}

export async function desktop(options: DesktopOptions, context: CommandContext): Promise<ExitCode> {
  const { virtual, display, session = [] } = options;
  if (virtual !== undefined) {
    const size = parseScreenSize(virtual);
    const number = display === undefined ? undefined : parseDisplayNumber(display);
    const { runVirtualDisplay } = await import("./desktop-virtual.ts");
    return runVirtualDisplay({ size, number, session }, context);
  }
  if (display !== undefined || session.length > 0) {
    throw new UsageError("--display and a command are of a virtual display; say --virtual 1920x1080, too");
  }
  return describeDisplay(context);
}

async function describeDisplay({ config, dir, out, err }: CommandContext): Promise<ExitCode> {
  try {
    const found = await findDisplay({
      explicit: config.desktop.display ?? undefined,
      environment: config.environment,
      dir,
    });
    out(`Viewers of this machine see the display ${found.display}, ${found.how}`);
    return 0;
  } catch (error) {
    err(`No display can be shown: ${reasonOf(error)}`);
    return 1;
  }
}
