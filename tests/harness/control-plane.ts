/** People, keys, machines and agents of a control plane, however many nodes it has. */
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
import { Program, runProgram, temporaryFolder } from "./programs.ts";

export const OWNER = { email: "owner@example.com", password: "correct horse battery" };

export interface Person extends SignIn {
  api: HttpClient;
  orgId: string;
}

/** `access_token` is the key. */
export interface ApiKeyHolder extends Person {
  keyId: string;
  role: Role;
  expiresAt: string;
}

export interface RunningAgent {
  program: Program;
  stateDir: string;
  machine: MachineView;
  stop(): Promise<void>;
}

interface AgentOptions {
  /** Which address the agent dials. */
  control: string;
  environment?: Record<string, string>;
  /** A command that the agent runs under, such as `ip netns exec …`. */
  under?: readonly string[];
}

export abstract class ControlPlane {
  readonly #agents: (() => Promise<void>)[] = [];
  owner!: Person;

  /** Where people and agents go when a test does not say otherwise. */
  abstract get url(): string;
  /** What the programs wrote, for a test that fails. */
  protected abstract said(): string;

  anonymous(url = this.url): HttpClient {
    return new HttpClient({ baseUrl: url });
  }

  as(accessToken: string, url = this.url): HttpClient {
    return new HttpClient({ baseUrl: url, token: () => accessToken });
  }

  async signIn(email: string, password: string, url = this.url): Promise<Person> {
    const signIn = await this.anonymous(url).call(authApi.login, { body: { email, password } });
    return { ...signIn, api: this.as(signIn.access_token, url), orgId: signIn.orgs[0]?.id ?? "" };
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

  /** An API key as a person who calls with it. */
  async apiKey(options: { role?: Role; expires_days?: number } = {}, who = this.owner): Promise<ApiKeyHolder> {
    const made = await who.api.act(authKeyApi, "create_api_key", { org_id: who.orgId, name: "a test's", ...options });
    const { id: keyId, key, role } = made;
    return { ...who, api: this.as(key), access_token: key, keyId, role, expiresAt: made.expires_at };
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

  /** Ends everything that runs in the owner's organisation. */
  async endSessions(): Promise<void> {
    const { api, orgId } = this.owner;
    const { sessions } = await api.act(shellApi, "list_sessions", { org_id: orgId });
    for (const { id } of sessions) await api.act(shellApi, "end_session", { org_id: orgId, session_id: id });
  }

  /** A real agent in the foreground, linked. */
  protected async runAgent(name: string, { control, environment = {}, under }: AgentOptions): Promise<RunningAgent> {
    const folder = await temporaryFolder();
    const { key } = await this.authKey();
    // A home of its own, so that no shell reads what this machine's user has in his profile.
    const home = join(folder.path, "home");
    await mkdir(home);
    const own = { HOME: home, ZTNA_CONTROL_URL: control, ZTNA_STATE_DIR: join(folder.path, "state") };
    // What is shown of a desktop depends on the machine that the tests run on; a test that wants one says so.
    const env = { ...own, ZTNA_DESKTOP: "off", ...environment };
    // What listens in a network namespace's network is reached in the clear, as an agent must be told.
    const insecure = new URL(control).hostname === "127.0.0.1" ? [] : ["--insecure"];
    const args = ["up", "--foreground", "--hostname", name, ...insecure];
    const program = new Program("ztna", args, { ...env, ZTNA_AUTH_KEY: key }, { under });
    const stop = async () => {
      await runProgram("ztna", ["down"], env);
      await program.stop();
      await folder.remove();
    };
    this.#agents.push(stop);
    // Not by asking `ztna status` again and again: each time is a process of its own.
    await program.said(/WebSocket connected/);
    const machine = (await this.machines()).find((candidate) => candidate.name === name);
    if (!machine) throw new Error(`the agent did not register:\n${program.stderr}`);
    return { program, stateDir: env.ZTNA_STATE_DIR, machine, stop };
  }

  protected async stopAgents(): Promise<void> {
    for (const stop of this.#agents.splice(0).reverse()) await stop();
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
      if (performance.now() > deadline) throw new Error(`waited 20 s for ${what}\n${this.said()}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
