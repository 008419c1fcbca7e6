import { lookup } from "node:dns/promises";
import { isIPv4 } from "node:net";
import { networkInterfaces } from "node:os";
import { type Target, UnknownHost } from "@sallyport/diagnostics";
import { AppError } from "@sallyport/protocol";
import { type Address, parseAddress, parseSubnet, type Subnet } from "../../platform/subnet.ts";
import { refuseAddress } from "./reach.ts";

export interface AimOptions {
  /** What the operator allowed the tools to reach here. */
  allowed: readonly Subnet[];
  /** URLs of what this server itself depends on. */
  services: readonly string[];
  /** All addresses of a name. */
  resolve?(name: string): Promise<readonly string[]>;
}

const resolveBySystem = async (name: string): Promise<readonly string[]> =>
  (await lookup(name, { all: true, verbatim: true })).map(({ address }) => address);

/**
 * Aims a tool of the control plane's: a name is resolved once, every address of it is judged, and the tool gets one that
 * was, so that a second answer of the resolver changes nothing.
 */
export class Aim {
  readonly #allowed: readonly Subnet[];
  readonly #services: readonly string[];
  readonly #resolve: (name: string) => Promise<readonly string[]>;

  constructor({ allowed, services, resolve = resolveBySystem }: AimOptions) {
    this.#allowed = allowed;
    this.#services = services.map((url) => new URL(url).hostname.replace(/^\[|\]$/g, ""));
    this.#resolve = resolve;
  }

  /**
   * @throws AppError `TARGET_NOT_ALLOWED`
   * @throws UnknownHost
   */
  async at({ kind, text }: Target): Promise<Target> {
    const addresses = kind === "name" ? await this.#addressesOf(text) : [text];
    const reach = { allowed: this.#allowed, own: ownNetworks(), services: await this.#addressesOfServices() };
    for (const address of addresses) {
      const parsed = parseAddress(address);
      const refusal = parsed ? refuseAddress(parsed, reach) : { kind: "not a plain address", isFinal: true };
      if (!refusal) continue;
      throw new AppError("TARGET_NOT_ALLOWED", {
        address: kind === "name" ? `${text} (${address})` : address,
        kind: refusal.kind,
        remedy: refusal.isFinal
          ? "no setting allows that"
          : "run it from a node (--location), or have the operator add it to TROUBLESHOOT_ALLOW",
      });
    }
    const [first] = addresses;
    if (first === undefined) throw new UnknownHost(`${text} has no address`);
    return { kind: isIPv4(first) ? "ipv4" : "ipv6", text: first };
  }

  async #addressesOf(name: string): Promise<readonly string[]> {
    try {
      return await this.#resolve(name);
    } catch (error) {
      const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
      throw new UnknownHost(`${name} cannot be resolved: ${code}`);
    }
  }

  /** Asked each time, as the address of a database may move. One without an address cannot be reached, either. */
  async #addressesOfServices(): Promise<Address[]> {
    const found = await Promise.all(this.#services.map((host) => this.#resolve(host).catch(() => [])));
    return found.flat().flatMap((address) => parseAddress(address) ?? []);
  }
}

function ownNetworks(): Subnet[] {
  const subnets = Object.values(networkInterfaces())
    .flat()
    .map((each) => (each?.cidr ? parseSubnet(each.cidr) : undefined));
  return subnets.filter((subnet) => subnet !== undefined);
}
