import { constants } from "node:fs";
import { access, realpath } from "node:fs/promises";
import { basename, join } from "node:path";
import { AppError, type DiagnosticTool } from "@sallyport/protocol";

/** Where tools are looked for, whatever PATH says: it is a caller's or a unit file's, and may begin with a folder of theirs. */
export const TOOL_DIRECTORIES: readonly string[] = [
  "/usr/local/sbin",
  "/usr/local/bin",
  "/usr/sbin",
  "/usr/bin",
  "/sbin",
  "/bin",
];

/** Packages by the names of Debian, RHEL and Alpine, and their relatives. */
const PACKAGES: Record<DiagnosticTool, readonly [debian: string, rhel: string, alpine: string]> = {
  ping: ["iputils-ping", "iputils", "iputils-ping"],
  nslookup: ["dnsutils", "bind-utils", "bind-tools"],
  traceroute: ["traceroute", "traceroute", "traceroute"],
  nc: ["netcat-openbsd", "nmap-ncat", "netcat-openbsd"],
  nmap: ["nmap", "nmap", "nmap"],
};

/** What to install where a tool is missing, in words. */
export function packagesOf(tool: DiagnosticTool): string {
  const [debian, rhel, alpine] = PACKAGES[tool];
  if (debian === rhel && rhel === alpine) return `the package ${debian}`;
  return `the package ${debian} (Debian, Ubuntu), ${rhel} (RHEL, Fedora) or ${alpine} (Alpine)`;
}

export interface FoundTool {
  /** Absolute. */
  path: string;
  /** One program for all tools. Its ping and traceroute open raw sockets, and know no other way. */
  isBusyBox: boolean;
}

/**
 * Looked for each time: a tool is installed because somebody was told that it is missing.
 *
 * @throws AppError `TOOL_NOT_AVAILABLE` naming the package that has it
 */
export async function findTool(tool: DiagnosticTool, directories: readonly string[]): Promise<FoundTool> {
  for (const directory of directories) {
    const found = await look(join(directory, tool));
    // BusyBox's nc cannot look at a port without talking to it.
    if (found && !(found.isBusyBox && tool === "nc")) return found;
  }
  throw new AppError("TOOL_NOT_AVAILABLE", { tool, packages: packagesOf(tool) });
}

async function look(path: string): Promise<FoundTool | undefined> {
  try {
    await access(path, constants.X_OK);
    return { path, isBusyBox: basename(await realpath(path)) === "busybox" };
  } catch {
    return undefined;
  }
}
