/** One control plane with its owner, and as many agents as a test wants: real processes on free ports. */
import { request } from "node:http";
import { text } from "node:stream/consumers";
import { ControlPlane, OWNER, type Person, type RunningAgent } from "./control-plane.ts";
import { type Finished, Program, runProgram, temporaryFolder } from "./programs.ts";

export { OWNER, type Person, type RunningAgent };

/** Where the second kind of database is; set by the test runner when there is one. */
export const POSTGRES_URL = process.env.TEST_DATABASE_URL;

/** What a scenario runs on: the embedded database, and a server where there is one. */
export const DATABASES: readonly (readonly [name: string, url: string | undefined])[] = [
  ["the embedded database", undefined],
  ...(POSTGRES_URL === undefined ? [] : [["PostgreSQL", POSTGRES_URL] as const]),
];

type SqlAnswer =
  | { success: true; data: { rows: Record<string, unknown>[] }; error: null }
  | { success: false; data: null; error: { message: string } };

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

  /** Starts the server, on the same port as before if it ran already; with other variables if they are given. */
  async startServer(environment: Record<string, string> = {}): Promise<void> {
    this.server = new Program("sallyport", ["serve"], {
      PORT: String(this.port),
      DATA_DIR: this.dataDir,
      ADMIN_EMAIL: OWNER.email,
      ADMIN_PASSWORD: OWNER.password,
      LOG_LEVEL: "debug",
      ...this.#environment,
      ...environment,
    });
    const [, url = ""] = await this.server.said(/Sallyport is ready at (\S+)/);
    this.url = url;
    this.port = Number(new URL(url).port);
  }

  /** Runs `sallyport …` on this system's DATA_DIR. */
  operate(...args: string[]): Promise<Finished> {
    return runProgram("sallyport", args, { DATA_DIR: this.dataDir, ...this.#environment });
  }

  /** Rows of one SQL statement: by the door that `sallyport db query` uses, or by that itself when no server runs. */
  async sql(statement: string): Promise<Record<string, unknown>[]> {
    if (this.server.child.exitCode === null && this.server.child.signalCode === null) return this.#askServer(statement);
    const { status, stdout, stderr } = await this.operate("db", "query", "--json", statement);
    if (status !== 0) throw new Error(stderr);
    return JSON.parse(stdout) as Record<string, unknown>[];
  }

  #askServer(statement: string): Promise<Record<string, unknown>[]> {
    return new Promise((resolve, reject) => {
      const socketPath = `${this.dataDir}/local.sock`;
      const asked = request({ socketPath, path: "/db-query", method: "POST" }, (response) => {
        text(response).then((said) => {
          const { success, data, error } = JSON.parse(said) as SqlAnswer;
          if (success) resolve(data.rows);
          else reject(new Error(error.message));
        }, reject);
      });
      asked.on("error", reject);
      asked.end(JSON.stringify({ statement, user: "test" }));
    });
  }

  /** A real agent in the foreground, linked. */
  startAgent(
    name = "Linux-C",
    environment: Record<string, string> = {},
    { under, control = this.url }: { under?: readonly string[]; control?: string } = {},
  ): Promise<RunningAgent> {
    return this.runAgent(name, { control, environment, ...(under && { under }) });
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
