/** A real load balancer, nginx, before the nodes of a cluster, as an operator would set one up. */
import { writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { findNginx } from "./find-services.mjs";
import { freePort } from "./free-port.mjs";
import { temporaryFolder } from "./programs.ts";
import { ServiceProcess } from "./service-process.ts";

export class Balancer {
  readonly port: number;
  readonly host: string;
  readonly #folder: Awaited<ReturnType<typeof temporaryFolder>>;
  readonly #binary: string;
  #process!: ServiceProcess;

  private constructor(
    binary: string,
    { port, host }: { port: number; host: string },
    folder: Awaited<ReturnType<typeof temporaryFolder>>,
  ) {
    this.#binary = binary;
    this.port = port;
    this.host = host;
    this.#folder = folder;
  }

  /** @param nodes ports on the same host; those that do not answer are left out for a while */
  static async start(
    nodes: readonly number[],
    { port, host = "127.0.0.1" }: { port?: number; host?: string } = {},
  ): Promise<Balancer> {
    const binary = findNginx();
    if (!binary) throw new Error("there is no nginx here");
    const balancer = new Balancer(binary, { port: port ?? (await freePort()), host }, await temporaryFolder());
    try {
      await balancer.#configure(nodes);
      await balancer.startAgain();
    } catch (error) {
      await balancer.#folder.remove();
      throw error;
    }
    return balancer;
  }

  get url(): string {
    return `http://${this.host}:${this.port}`;
  }

  get output(): string {
    return this.#process.output;
  }

  async startAgain(): Promise<void> {
    this.#process = new ServiceProcess(this.#binary, ["-p", this.#folder.path, "-c", this.#config]);
    if (!(await this.#process.becomes(() => listens(this.port, this.host))))
      throw new Error(`nginx did not start:\n${this.output}`);
  }

  /** Sends new connections to these nodes; those that are open stay where they are. */
  async use(nodes: readonly number[]): Promise<void> {
    await this.#configure(nodes);
    this.#process.signal("SIGHUP");
  }

  async kill(): Promise<void> {
    this.#process.kill();
    await this.#process.exited;
  }

  /** Ends it, with its folder. */
  async stop(): Promise<void> {
    this.#process.kill();
    await this.#process.exited;
    await this.#folder.remove();
  }

  get #config(): string {
    return join(this.#folder.path, "nginx.conf");
  }

  #configure(nodes: readonly number[]): Promise<void> {
    return writeFile(
      this.#config,
      configuration({ folder: this.#folder.path, port: this.port, host: this.host, nodes }),
    );
  }
}

const configuration = ({
  folder,
  port,
  host,
  nodes,
}: {
  folder: string;
  port: number;
  host: string;
  nodes: readonly number[];
}): string => `
daemon off;
${process.getuid?.() === 0 ? "user root;" : ""}
worker_processes 1;
pid ${folder}/nginx.pid;
error_log stderr warn;
events { worker_connections 4096; }
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
  upstream nodes {
${nodes.map((node) => `    server ${host}:${node} max_fails=1 fail_timeout=2s;`).join("\n")}
  }
  server {
    listen ${host}:${port};
    location / {
      proxy_pass http://nodes;
      proxy_http_version 1.1;
      proxy_connect_timeout 1s;
      proxy_read_timeout 1h;
      proxy_send_timeout 1h;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $scheme;
    }
  }
}
`;

const listens = (port: number, host: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, host);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
