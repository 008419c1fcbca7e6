/** An agent of a gateway, hub or spoke: the real program, started from a real YAML file. */
import { cp, lstat, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Program, runProgram, temporaryFolder } from "./programs.ts";

export class NodeAgent {
  readonly file: string;
  readonly stateDir: string;
  readonly #folder: Awaited<ReturnType<typeof temporaryFolder>>;
  readonly #env: Record<string, string>;
  program!: Program;

  private constructor(folder: Awaited<ReturnType<typeof temporaryFolder>>) {
    this.#folder = folder;
    this.file = join(folder.path, "node.yaml");
    this.stateDir = join(folder.path, "state");
    this.#env = { HOME: join(folder.path, "home"), ZTNA_STATE_DIR: this.stateDir, ZTNA_DESKTOP: "off" };
  }

  /** @param cloned whose state directory this one starts with, as a copied disk would */
  static async start(lines: Record<string, unknown>, cloned?: NodeAgent): Promise<NodeAgent> {
    const agent = new NodeAgent(await temporaryFolder());
    if (cloned) {
      const filter = async (path: string) => !(await lstat(path)).isSocket();
      await cp(cloned.stateDir, agent.stateDir, { recursive: true, filter });
    }
    // A home of its own, so that no shell reads what this machine's user has in his profile.
    await mkdir(join(agent.#folder.path, "home"));
    await agent.restart(lines);
    return agent;
  }

  /** As `systemctl restart` does, after the file was changed. */
  async restart(lines?: Record<string, unknown>): Promise<void> {
    await this.program?.stop();
    if (lines) await writeFile(this.file, yaml(lines), { mode: 0o600 });
    this.program = new Program("ztna", ["agent", "--config", this.file], this.#env);
  }

  /** Resolves when it has said that its link is up, since it was started last. */
  async connected(): Promise<void> {
    await this.program.said(/WebSocket connected/);
  }

  async isConnected(): Promise<boolean> {
    const { stdout } = await runProgram("ztna", ["status", "--json", "--config", this.file], this.#env);
    return /"connected"\s*:\s*true/.test(stdout);
  }

  /** What happens to a machine that is set up again: nothing of the agent is left but its file. */
  async loseState(): Promise<void> {
    await this.program.stop();
    await rm(this.stateDir, { recursive: true });
  }

  async stop(): Promise<void> {
    await runProgram("ztna", ["down", "--config", this.file], this.#env);
    await this.program.stop();
    await this.#folder.remove();
  }
}

/** A value as JSON is a value of YAML. */
const yaml = (lines: Record<string, unknown>): string =>
  Object.entries(lines)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`)
    .join("");
