/** The README's code blocks as modules that run, beside stand-ins for the code that a host has of its own. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const PACKAGE = join(import.meta.dirname, "..", "..");

const STAND_INS = {
  "access.ts": `
    const OWNED: Record<string, string[]> = { alice: ["machine1"], admin: ["machine1"], other: ["machine2"] };
    export const mayUseMachine = async (userId: string, machineId: string) => OWNED[userId]?.includes(machineId) ?? false;
    export const mayAdminister = (user: { userId: string }, machineId: string) => OWNED[user.userId]?.includes(machineId) ?? false;
  `,
  "auth.ts": `
    import type { NextFunction, Request, Response } from "express";
    export interface User { userId: string; isAdmin: boolean }
    const USERS: User[] = [
      { userId: "alice", isAdmin: false },
      { userId: "admin", isAdmin: true },
      { userId: "other", isAdmin: true },
    ];
    export const authenticate = (header: string | undefined) => USERS.find(({ userId }) => header === "Bearer " + userId);
    const users = new WeakMap<Request, User>();
    export function authMiddleware(req: Request, res: Response, next: NextFunction): void {
      const user = authenticate(req.headers.authorization);
      if (!user) return void res.status(401).json({ error: "Unauthorized" });
      users.set(req, user);
      next();
    }
    export function userOf(req: Request): User {
      const user = users.get(req);
      if (!user) throw new Error("invariant: behind authMiddleware");
      return user;
    }
  `,
  "logger.ts": `
    export const lines: unknown[][] = [];
    const line = (level: string) => (...args: unknown[]) => void lines.push([level, ...args]);
    export const logger = { debug: line("debug"), info: line("info"), warn: line("warn"), error: line("error") };
  `,
  "prisma.ts": `
    export const rows: Record<string, unknown>[] = [];
    export const prisma = { auditLog: { create: async ({ data }: { data: object }) => void rows.push({ ...data }) } };
  `,
  "agents.ts": `
    import type { SecureMessage } from "@sallyport/secure-terminal";
    export interface Agent { secret: string; send(message: SecureMessage): void }
    export const agents = new Map<string, Agent>();
    export const findAgent = (machineId: string) => agents.get(machineId);
  `,
  "config.ts": `
    export const config = { machineId: "machine1", agentSecret: "the secret of machine1" };
  `,
  "pty.ts": `
    export interface Pty { write(data: string): void; typed: string }
    export const terminalSessions = new Map<string, Pty>();
    export const spawnPty = (): Pty => ({ typed: "", write(data) { this.typed += data; } });
  `,
};

const TSCONFIG = {
  extends: join(PACKAGE, "tsconfig.json"),
  compilerOptions: {
    noEmit: true,
    composite: false,
    incremental: false,
    rootDir: "/",
    types: ["node"],
    allowImportingTsExtensions: true,
  },
  include: ["*.ts"],
};

export interface ReadmeExamples {
  folder: string;
  /** File names in the README, in its order. */
  names: string[];
  sourceOf(name: string): string;
  load<Module>(name: string): Promise<Module>;
  remove(): void;
}

/** Writes every block that starts with its file's name into a folder that Git does not see. */
export function unpackReadme(): ReadmeExamples {
  const folder = join(PACKAGE, "node_modules", ".cache", `readme-${process.pid}`);
  const readme = readFileSync(join(PACKAGE, "README.md"), "utf8");
  const blocks = new Map(
    [...readme.matchAll(/^```ts\n\/\/ (\S+\.ts)\n(.*?)^```$/gms)].map(([, name = "", source = ""]) => [name, source]),
  );
  mkdirSync(folder, { recursive: true });
  for (const [name, source] of [...Object.entries(STAND_INS), ...blocks]) writeFileSync(join(folder, name), source);
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(TSCONFIG));
  return {
    folder,
    names: [...blocks.keys()],
    sourceOf: (name) => blocks.get(name) ?? "",
    load: (name) => import(pathToFileURL(join(folder, name)).href),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
