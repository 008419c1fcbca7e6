/** One control plane with its owner, and as many agents as a test wants: real processes on free ports. */
import { randomBytes } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { HttpClient } from "@sallyport/client";
import {
  authApi,
  authKeyApi,
  databaseApi,
  type MachineView,
  MachineView as MachineViewType,
  machineApi,
  organisationApi,
  type Plan,
  type Registration,
  type Role,
  type SignIn,
  shellApi,
} from "@sallyport/protocol";
import { type Finished, Program, runProgram, temporaryFolder } from "./programs.ts";

export const OWNER = { email: "owner@example.com", password: "correct horse battery" };

/** Where the second kind of database is; set by the test runner when there is one. */
export const POSTGRES_URL = process.env.TEST_DATABASE_URL;

export interface Person extends SignIn {
  api: HttpClient;
  orgId: string;
}

export interface RunningAgent {
  program: Program;
  stateDir: string;
  machine: MachineView;
  stop(): Promise<void>;
}

export class System {
  readonly dataDir: string;
  readonly #environment: Record<string, string>;
  readonly #cleanups: (() => Promise<unknown>)[] = [];
  server!: Program;
  url = "";
  port = 0;
  owner!: Person;

  private constructor(dataDir: string, environment: Record<string, string>) {
    this.dataDir = dataDir;
    this.#environment = environment;
  }

  static async start(environment: Record<string, string> = {}): Promise<System> {
    const folder = await temporaryFolder();
    const system = new System(`${folder.path}/data`, environment);
    system.#cleanups.push(() => folder.remove());
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

  anonymous(): HttpClient {
    return new HttpClient({ baseUrl: this.url });
  }

  as(accessToken: string): HttpClient {
    return new HttpClient({ baseUrl: this.url, token: () => accessToken });
  }

  async signIn(email: string, password: string): Promise<Person> {
    const signIn = await this.anonymous().call(authApi.login, { body: { email, password } });
    return { ...signIn, api: this.as(signIn.access_token), orgId: signIn.orgs[0]?.id ?? "" };
  }

  /** A new account with a role in the owner's organisation, signed in. */
  async person(role: Role): Promise<Person> {
    const email = `${role}-${randomBytes(4).toString("hex")}@example.com`;
    const password = randomBytes(9).toString("hex");
    await this.owner.api.act(organisationApi, "add_member", { org_id: this.owner.orgId, email, password, role });
    return this.signIn(email, password);
  }

  /** An organisation of its own, with its own owner. */
  async tenant(plan: Plan = "enterprise"): Promise<Person> {
    const person = await this.person("member");
    const org = await person.api.act(organisationApi, "create_org", { name: `tenant ${person.user.email}`, plan });
    await this.owner.api.act(organisationApi, "remove_member", { org_id: this.owner.orgId, user_id: person.user.id });
    return { ...person, orgId: org.id };
  }

  async authKey(
    options: { reusable?: boolean; ephemeral?: boolean; expiry_days?: number; name?: string } = {},
    who = this.owner,
  ) {
    return who.api.act(authKeyApi, "create_auth_key", { org_id: who.orgId, name: "test key", ...options });
  }

  /** A machine that is enrolled and online but has no agent. */
  async register(name = "Linux-C", who = this.owner): Promise<Registration> {
    const { key } = await this.authKey({}, who);
    return this.anonymous().call(machineApi.register, { body: { auth_key: key, name } });
  }

  async machines(who = this.owner): Promise<MachineView[]> {
    const rows = await who.api.call(databaseApi.list, {
      params: { table: "machines" },
      query: { org_id: who.orgId },
    });
    return rows.map((row) => MachineViewType.parse(row));
  }

  createSession(machineId: string, who = this.owner) {
    return who.api.act(shellApi, "create_session", { org_id: who.orgId, machine_id: machineId });
  }

  /** A real agent in the foreground, linked. */
  async startAgent(name = "Linux-C", environment: Record<string, string> = {}): Promise<RunningAgent> {
    const folder = await temporaryFolder();
    const { key } = await this.authKey();
    // A home of its own, so that no shell reads what this machine's user has in his profile.
    const home = join(folder.path, "home");
    await mkdir(home);
    const env = { HOME: home, ZTNA_CONTROL_URL: this.url, ZTNA_STATE_DIR: join(folder.path, "state"), ...environment };
    const program = new Program("ztna", ["up", "--foreground", "--hostname", name], { ...env, ZTNA_AUTH_KEY: key });
    const stop = async () => {
      await runProgram("ztna", ["down"], env);
      await program.stop();
      await folder.remove();
    };
    this.#cleanups.push(stop);
    await this.until(async () => {
      const { stdout } = await runProgram("ztna", ["status", "--json"], env);
      return /"connected"\s*:\s*true/.test(stdout) || program.child.exitCode !== null;
    });
    const machine = (await this.machines()).find((candidate) => candidate.name === name);
    if (!machine) throw new Error(`the agent did not register:\n${program.stderr}`);
    return { program, stateDir: env.ZTNA_STATE_DIR, machine, stop };
  }

  /** The process that holds the agent's terminals. */
  async hostPid({ program }: RunningAgent): Promise<number | undefined> {
    const children = await readFile(`/proc/${program.pid}/task/${program.pid}/children`, "utf8");
    return children.trim().split(" ").filter(Boolean).map(Number)[0];
  }

  /** Waits for a condition of the outside world, which gives no event; fails after 20 s. */
  async until(condition: () => Promise<boolean> | boolean, what = condition.toString()): Promise<void> {
    const deadline = performance.now() + 20_000;
    while (!(await condition())) {
      if (performance.now() > deadline) throw new Error(`waited 20 s for ${what}\n${this.server.stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async stop(): Promise<void> {
    for (const cleanup of this.#cleanups.splice(1).reverse()) await cleanup();
    await this.server?.stop();
    for (const cleanup of this.#cleanups.splice(0)) await cleanup();
  }
}
