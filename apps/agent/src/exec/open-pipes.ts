/**
 * Real pipes for a child's standard streams. Node gives children sockets, which cannot be opened again by name: a script
 * that writes to /dev/stderr, or reads /dev/stdin, would fail. A pipe with a name can be had without native code, and
 * loses its name as soon as both of its ends are open.
 */
import { execFileSync } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { childStdio } from "../pty/child-stdio.ts";

interface PipeEnds {
  /** Blocks, as programs expect. */
  child: number;
  /** Does not block. */
  ours: number;
}

export interface ProgramPipes {
  /** Undefined when there is none: the program reads nothing. */
  stdin: PipeEnds | undefined;
  stdout: PipeEnds;
  stderr: PipeEnds;
}

const NAMES = ["stdin", "stdout", "stderr"] as const;
const { O_RDONLY, O_WRONLY, O_RDWR, O_NONBLOCK } = constants;

/** @throws Error when the machine gives no pipes; nothing is left open then */
export function openPipes({ stdin }: { stdin: boolean }): ProgramPipes {
  const folder = mkdtempSync(join(tmpdir(), "ztna-exec-"));
  const opened: number[] = [];
  const open = (path: string, flags: number): number => {
    const fd = openSync(path, flags);
    opened.push(fd);
    return fd;
  };
  const pipe = (name: string, writer: "child" | "ours"): PipeEnds => {
    const path = join(folder, name);
    // Whoever has both ends open need not wait for the other side to open.
    const both = openSync(path, O_RDWR | O_NONBLOCK);
    try {
      return writer === "child"
        ? { ours: open(path, O_RDONLY | O_NONBLOCK), child: open(path, O_WRONLY) }
        : { child: open(path, O_RDONLY), ours: open(path, O_WRONLY | O_NONBLOCK) };
    } finally {
      closeSync(both);
    }
  };
  try {
    const paths = NAMES.map((name) => join(folder, name));
    execFileSync("mkfifo", ["-m", "600", ...paths], { stdio: childStdio(["ignore", "ignore", "ignore"]) });
    return {
      stdin: stdin ? pipe("stdin", "ours") : undefined,
      stdout: pipe("stdout", "child"),
      stderr: pipe("stderr", "child"),
    };
  } catch (error) {
    for (const fd of opened) closeSync(fd);
    throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
