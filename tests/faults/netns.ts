/**
 * A network namespace joined to the machine by a pair of veth devices, for an agent that loses its network while
 * everything else keeps it. Root only. The rules that drop are in the namespace and go away with it.
 */
import { spawnSync } from "node:child_process";
import { randomBytes, randomInt } from "node:crypto";
import { atExit } from "../harness/at-exit.mjs";

export type Way = "both" | "in" | "out";

export class NetworkNamespace {
  readonly name: string;
  /** Where programs in the namespace find what listens on the machine: a proxy with this `host`, say. */
  readonly hostAddress: string;
  readonly #device: string;
  readonly #subnet: string;
  readonly #forget = atExit(() => this.remove());
  #host = 2;

  private constructor() {
    // Device names have at most 15 characters.
    const id = randomBytes(4).toString("hex");
    this.name = `sally-${id}`;
    this.#device = `sy${id}`;
    this.#subnet = freeSubnet();
    this.hostAddress = `${this.#subnet}.1`;
  }

  /** Why there can be no namespaces here, or undefined when there can. */
  static unavailable(): string | undefined {
    if (process.getuid?.() !== 0) return "network namespaces need root";
    try {
      const probe = NetworkNamespace.create();
      try {
        probe.drop();
        probe.heal();
      } finally {
        probe.remove();
      }
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    return undefined;
  }

  static create(): NetworkNamespace {
    const namespace = new NetworkNamespace();
    try {
      namespace.#setUp();
    } catch (error) {
      namespace.remove();
      throw error;
    }
    return namespace;
  }

  /** Address of the programs in the namespace. */
  get address(): string {
    return `${this.#subnet}.${this.#host}`;
  }

  /** What a command is put behind to run in the namespace; `under` of Program and Cluster.startAgent. */
  get under(): readonly string[] {
    return ["ip", "netns", "exec", this.name];
  }

  /** Packets vanish, as on a line that broke. Nobody is told. */
  drop(way: Way = "both"): void {
    if (way !== "out") this.#iptables("-A", "INPUT", "-i", this.#inside, "-j", "DROP");
    if (way !== "in") this.#iptables("-A", "OUTPUT", "-o", this.#inside, "-j", "DROP");
  }

  /** Whoever sends in an open connection is told that there is none, and so is who opens one; until `heal`. */
  reset(): void {
    const isNoReset = ["-p", "tcp", "!", "--tcp-flags", "RST", "RST"];
    const answer = ["-j", "REJECT", "--reject-with", "tcp-reset"];
    this.#iptables("-A", "INPUT", "-i", this.#inside, ...isNoReset, ...answer);
    this.#iptables("-A", "OUTPUT", "-o", this.#inside, ...isNoReset, ...answer);
  }

  /** UDP vanishes, as behind many a firewall; everything else passes. */
  dropUdp(): void {
    this.#iptables("-A", "INPUT", "-i", this.#inside, "-p", "udp", "-j", "DROP");
    this.#iptables("-A", "OUTPUT", "-o", this.#inside, "-p", "udp", "-j", "DROP");
  }

  /** Packets flow again. Connections from before `changeAddress` stay dead. */
  heal(): void {
    this.#iptables("-F");
  }

  /** As when a laptop goes to another network: open connections have an address that is no more. */
  changeAddress(): void {
    const before = this.address;
    this.#host = this.#host >= 250 ? 2 : this.#host + 1;
    this.#ip("-n", this.name, "address", "delete", `${before}/24`, "dev", this.#inside);
    this.#ip("-n", this.name, "address", "add", `${this.address}/24`, "dev", this.#inside);
    this.#addRoute();
  }

  /** Processes in the namespace must have ended; they would keep it alive without a name. */
  remove(): void {
    this.#forget();
    // Silent: after a failed start there may be nothing of it. The devices go with the namespace.
    spawnSync("ip", ["link", "delete", this.#outside]);
    spawnSync("ip", ["netns", "delete", this.name]);
  }

  #setUp(): void {
    this.#ip("netns", "add", this.name);
    this.#ip("link", "add", this.#outside, "type", "veth", "peer", "name", this.#inside, "netns", this.name);
    this.#ip("address", "add", `${this.hostAddress}/24`, "dev", this.#outside);
    this.#ip("link", "set", this.#outside, "up");
    this.#ip("-n", this.name, "address", "add", `${this.address}/24`, "dev", this.#inside);
    this.#ip("-n", this.name, "link", "set", "lo", "up");
    this.#ip("-n", this.name, "link", "set", this.#inside, "up");
    this.#addRoute();
  }

  /** Through the machine, which forwards nothing: only what listens on it can be reached. */
  #addRoute(): void {
    this.#ip("-n", this.name, "route", "replace", "default", "via", this.hostAddress);
  }

  get #outside(): string {
    return `${this.#device}o`;
  }

  get #inside(): string {
    return `${this.#device}i`;
  }

  #iptables(...args: string[]): void {
    run("ip", ["netns", "exec", this.name, "iptables", "-w", ...args]);
  }

  #ip(...args: string[]): void {
    run("ip", args);
  }
}

/** One that this machine has no way to yet. */
function freeSubnet(): string {
  for (;;) {
    const subnet = `10.${randomInt(200, 250)}.${randomInt(0, 256)}`;
    if (run("ip", ["route", "show", "root", `${subnet}.0/24`]).trim() === "") return subnet;
  }
}

function run(command: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${error?.message ?? stderr.trim()}`);
  return stdout;
}
