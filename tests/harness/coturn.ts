/** A real coturn: relays for those who have credentials made with its secret. */
import { findBinary } from "./find-services.mjs";
import { freePort } from "./free-port.mjs";
import { temporaryFolder } from "./programs.ts";
import { ServiceProcess } from "./service-process.ts";

export class Coturn {
  readonly host: string;
  readonly port: number;
  readonly secret: string;
  readonly #process: ServiceProcess;

  private constructor(host: string, port: number, secret: string, folder: string) {
    this.host = host;
    this.port = port;
    this.secret = secret;
    this.#process = new ServiceProcess(findBinary("turnserver") ?? "turnserver", [
      "-n",
      "--verbose",
      "--log-file=stdout",
      `--listening-ip=${host}`,
      `--relay-ip=${host}`,
      `--listening-port=${port}`,
      "--no-tls",
      "--no-dtls",
      "--no-cli",
      "--fingerprint",
      "--realm=turn.example.com",
      "--use-auth-secret",
      `--static-auth-secret=${secret}`,
      `--pidfile=${folder}/pid`,
      `--userdb=${folder}/users`,
    ]);
  }

  /** @param host the address that it listens at and relays from */
  static async start(host: string, secret: string): Promise<Coturn> {
    const folder = await temporaryFolder();
    const server = new Coturn(host, await freePort(), secret, folder.path);
    void server.#process.exited.then(() => folder.remove());
    const isUp = await server.#process.becomes(() => /TCP listener opened/.test(server.said));
    if (!isUp) throw new Error(`coturn ended:\n${server.said}`);
    return server;
  }

  get said(): string {
    return this.#process.output;
  }

  stop(): Promise<void> {
    return this.#process.stop();
  }
}
