/** Several nodes of one control plane on one PostgreSQL and one NATS, all their own, and a load balancer if wanted. */
import { randomBytes } from "node:crypto";
import { Balancer } from "./balancer.ts";
import { ControlPlane, OWNER, type Person, type RunningAgent } from "./control-plane.ts";
import { freePort } from "./free-port.mjs";
import { NatsServer } from "./nats.ts";
import { PostgresServer } from "./postgres-server.mjs";
import { Program, temporaryFolder } from "./programs.ts";

export interface ClusterOptions {
  nodes?: number;
  /** Puts nginx before the nodes; `url` is then its address. */
  balanced?: boolean;
  /** Where everything listens: the machine's address in a network namespace's network, for agents in there. */
  host?: string;
  /**
   * Puts something before a node, a ChaosProxy say: resolves to the address that the node gives to agents for their
   * streams. Without it that is the node's own.
   */
  advertise?: (node: { port: number; index: number }) => Promise<string>;
  /** For every node, over what the cluster sets. */
  environment?: Record<string, string>;
  /** For PostgreSQL, as in `fsync=on`. */
  postgresSettings?: readonly string[];
}

export interface ClusterNode {
  readonly url: string;
  /** Where agents open their streams. */
  readonly advertisedUrl: string;
  readonly port: number;
  readonly dataDir: string;
  program: Program;
}

export class Cluster extends ControlPlane {
  readonly secret = randomBytes(32).toString("hex");
  readonly nodes: ClusterNode[] = [];
  readonly #environment: Record<string, string>;
  readonly #cleanups: (() => unknown)[] = [];
  postgres!: PostgresServer;
  nats!: NatsServer;
  balancer: Balancer | undefined;
  #url = "";

  private constructor(environment: Record<string, string>) {
    super();
    this.#environment = environment;
  }

  static async start({
    nodes = 2,
    environment = {},
    postgresSettings = [],
    ...layout
  }: ClusterOptions = {}): Promise<Cluster> {
    const cluster = new Cluster(environment);
    try {
      await cluster.#startServices(postgresSettings);
      await cluster.#startNodes(nodes, layout);
      cluster.owner = await cluster.signIn(OWNER.email, OWNER.password);
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  get url(): string {
    return this.#url;
  }

  node(index: number): ClusterNode {
    const node = this.nodes[index];
    if (!node) throw new RangeError(`there is no node ${index}`);
    return node;
  }

  /** Signs in at one node; what the person calls goes there too. */
  signInAt(index: number, { email, password }: { email: string; password: string } = OWNER): Promise<Person> {
    return this.signIn(email, password, this.node(index).url);
  }

  /** A real agent, linked to a node, or to an address, or to where everybody goes. */
  startAgent(
    name = "Linux-C",
    {
      control,
      ...options
    }: { control?: number | string; environment?: Record<string, string>; under?: readonly string[] } = {},
  ): Promise<RunningAgent> {
    const url = typeof control === "number" ? this.node(control).url : (control ?? this.url);
    return this.runAgent(name, { control: url, ...options });
  }

  /** As a crash would. */
  async kill(index: number): Promise<void> {
    await this.node(index).program.stop("SIGKILL");
  }

  /** As a rolling restart would; resolves to its exit status. */
  term(index: number): Promise<number | null> {
    return this.node(index).program.stop("SIGTERM");
  }

  /** Starts a node that was ended, on the same port and folder. */
  async restart(index: number): Promise<void> {
    const node = this.node(index);
    node.program = this.#program(node);
    await node.program.said(/Sallyport is ready/);
  }

  async stop(): Promise<void> {
    await this.stopAgents();
    await Promise.all(this.nodes.map(({ program }) => program.stop()));
    for (const cleanup of this.#cleanups.splice(0).reverse()) await cleanup();
  }

  protected said(): string {
    return this.nodes.map(({ program }, index) => `node ${index}:\n${program.stderr}`).join("\n");
  }

  async #startServices(postgresSettings: readonly string[]): Promise<void> {
    this.postgres = await PostgresServer.start({ settings: postgresSettings });
    this.#cleanups.push(() => this.postgres.remove());
    this.nats = await NatsServer.start();
    this.#cleanups.push(() => this.nats.remove());
  }

  async #startNodes(
    count: number,
    { balanced = false, host = "127.0.0.1", advertise }: Pick<ClusterOptions, "balanced" | "host" | "advertise">,
  ): Promise<void> {
    const folder = await temporaryFolder();
    this.#cleanups.push(() => folder.remove());
    const ports = await Promise.all(Array.from({ length: count }, freePort));
    if (balanced) {
      const balancer = await Balancer.start(ports, { host });
      this.balancer = balancer;
      this.#cleanups.push(() => balancer.stop());
    }
    this.#url = this.balancer?.url ?? `http://${host}:${ports[0]}`;
    // One after the other: the first makes the tables and the owner.
    for (const [index, port] of ports.entries()) {
      const url = `http://${host}:${port}`;
      const advertisedUrl = (await advertise?.({ port, index })) ?? url;
      const place = { url, advertisedUrl, port, dataDir: `${folder.path}/node-${index}` };
      const node: ClusterNode = { ...place, program: this.#program(place) };
      this.nodes.push(node);
      await node.program.said(/Sallyport is ready/);
    }
  }

  #program({ url, advertisedUrl, port, dataDir }: Omit<ClusterNode, "program">): Program {
    return new Program("sallyport", ["serve"], {
      HOST: new URL(url).hostname,
      PORT: String(port),
      DATA_DIR: dataDir,
      DATABASE_URL: this.postgres.url,
      NATS_URL: this.nats.url,
      SESSION_TOKEN_SECRET: this.secret,
      PUBLIC_URL: this.url,
      NODE_URL: advertisedUrl,
      ALLOWED_ORIGINS: [this.url, url].join(","),
      // The balancer says who calls; without one nobody is between.
      TRUST_PROXY: this.balancer ? "loopback" : "off",
      ADMIN_EMAIL: OWNER.email,
      ADMIN_PASSWORD: OWNER.password,
      LOG_LEVEL: "debug",
      ...this.#environment,
    });
  }
}
