/** One control plane with its owner, and as many agents as a test wants: real processes on free ports. */
import { ControlPlane, OWNER, type Person, type RunningAgent } from "./control-plane.ts";
import { type Finished, Program, runProgram, temporaryFolder } from "./programs.ts";

export { OWNER, type Person, type RunningAgent };

/** Where the second kind of database is; set by the test runner when there is one. */
export const POSTGRES_URL = process.env.TEST_DATABASE_URL;

export class System extends ControlPlane {
  readonly dataDir: string;
  readonly #environment: Record<string, string>;
  readonly #folder: Awaited<ReturnType<typeof temporaryFolder>>;
  server!: Program;
  url = "";
  port = 0;

  private constructor(folder: Awaited<ReturnType<typeof temporaryFolder>>, environment: Record<string, string>) {
    super();
    this.#folder = folder;
    this.dataDir = `${folder.path}/data`;
    this.#environment = environment;
  }

  static async start(environment: Record<string, string> = {}): Promise<System> {
    const system = new System(await temporaryFolder(), environment);
    try {
      await system.startServer();
      system.owner = await system.signIn(OWNER.email, OWNER.password);
    } catch (error) {
      await system.stop();
      throw error;
    }
    return system;
  }

  /** Starts the server, on the same port as before if it ran already. */
  async startServer(): Promise<void> {
    this.server = new Program("sallyport", ["serve"], {
      PORT: String(this.port),
      DATA_DIR: this.dataDir,
      ADMIN_EMAIL: OWNER.email,
      ADMIN_PASSWORD: OWNER.password,
      LOG_LEVEL: "debug",
      ...this.#environment,
    });
    const [, url = ""] = await this.server.said(/Sallyport is ready at (\S+)/);
    this.url = url;
    this.port = Number(new URL(url).port);
  }

  /** Runs `sallyport …` on this system's DATA_DIR. */
  operate(...args: string[]): Promise<Finished> {
    return runProgram("sallyport", args, { DATA_DIR: this.dataDir, ...this.#environment });
  }

  /** Rows of one SQL statement, as `sallyport db query` gives them. */
  async sql(statement: string): Promise<Record<string, unknown>[]> {
    const { status, stdout, stderr } = await this.operate("db", "query", "--json", statement);
    if (status !== 0) throw new Error(stderr);
    return JSON.parse(stdout) as Record<string, unknown>[];
  }

  /** A real agent in the foreground, linked. */
  startAgent(name = "Linux-C", environment: Record<string, string> = {}): Promise<RunningAgent> {
    return this.runAgent(name, { control: this.url, environment });
  }

  async stop(): Promise<void> {
    await this.stopAgents();
    await this.server?.stop();
    await this.#folder.remove();
  }

  protected said(): string {
    return this.server.stderr;
  }
}
