/** A real NATS server of a test's own. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { findNatsServer } from "./find-services.mjs";
import { freePort } from "./free-port.mjs";
import { temporaryFolder } from "./programs.ts";
import { ServiceProcess } from "./service-process.ts";

export interface NatsOptions {
  /** Text of a configuration file, for users and permissions. */
  config?: string;
}

export class NatsServer {
  readonly port: number;
  readonly #binary: string;
  readonly #folder: Awaited<ReturnType<typeof temporaryFolder>>;
  readonly #options: NatsOptions;
  #process!: ServiceProcess;

  private constructor(
    binary: string,
    port: number,
    folder: Awaited<ReturnType<typeof temporaryFolder>>,
    options: NatsOptions,
  ) {
    this.#binary = binary;
    this.port = port;
    this.#folder = folder;
    this.#options = options;
  }

  static async start(options: NatsOptions = {}): Promise<NatsServer> {
    const binary = findNatsServer();
    if (!binary) throw new Error("there is no nats-server here");
    const server = new NatsServer(binary, await freePort(), await temporaryFolder(), options);
    try {
      await server.startAgain();
    } catch (error) {
      await server.remove();
      throw error;
    }
    return server;
  }

  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  /** What it logged since it was started last. */
  get output(): string {
    return this.#process.output;
  }

  /** On the same port, after `stop` or `kill`. */
  async startAgain(): Promise<void> {
    const config = join(this.#folder.path, "nats.conf");
    await writeFile(config, this.#options.config ?? "");
    const place = ["--addr", "127.0.0.1", "--port", String(this.port)];
    this.#process = new ServiceProcess(this.#binary, ["--config", config, "--store_dir", this.#folder.path, ...place]);
    if (!(await this.#process.becomes(() => this.output.includes("Server is ready"))))
      throw new Error(`nats-server did not start:\n${this.output}`);
  }

  stop(): Promise<void> {
    return this.#process.stop();
  }

  async kill(): Promise<void> {
    this.#process.kill();
    await this.#process.exited;
  }

  /** Holds it: connections stay open and nothing moves. */
  pause(): void {
    this.#process.pause();
  }

  resume(): void {
    this.#process.resume();
  }

  /** Ends it, with its folder. */
  async remove(): Promise<void> {
    await this.kill();
    await this.#folder.remove();
  }
}
