import ipaddr from "ipaddr.js";
import { matchesSubnet, type Selector } from "./rule-selector.ts";

/** A machine as rules see it. */
export interface Party {
  id: string;
  name: string;
  /** Its tailnet address. */
  address: string | null;
  tags: readonly string[];
}

type Address = ipaddr.IPv4 | ipaddr.IPv6;

export const readAddress = ({ address }: Pick<Party, "address">): Address | undefined =>
  address !== null && ipaddr.isValid(address) ? ipaddr.process(address) : undefined;

/** Machines by what can name them: finds those that a selector means without trying each. */
export class PartyIndex {
  readonly #all: readonly Party[];
  readonly #byName: ReadonlyMap<string, Party[]>;
  readonly #byTag: ReadonlyMap<string, Party[]>;
  /** Read when the first subnet asks: most rules name machines. */
  #addresses: { address: Address; party: Party }[] | undefined;

  constructor(parties: readonly Party[]) {
    this.#all = parties;
    this.#byName = group(parties, ({ name }) => [name.toLowerCase()]);
    this.#byTag = group(parties, ({ tags }) => tags);
  }

  matching(selector: Selector): readonly Party[] {
    switch (selector.kind) {
      case "any":
        return this.#all;
      case "name":
        return this.#byName.get(selector.name) ?? [];
      case "tag":
        return this.#byTag.get(selector.tag) ?? [];
      case "subnet":
        this.#addresses ??= this.#all.flatMap((party) => {
          const address = readAddress(party);
          return address ? [{ address, party }] : [];
        });
        return this.#addresses
          .filter(({ address }) => matchesSubnet(address, selector.range))
          .map(({ party }) => party);
      default:
        return selector satisfies never;
    }
  }
}

function group(parties: readonly Party[], keysOf: (party: Party) => readonly string[]): Map<string, Party[]> {
  const groups = new Map<string, Party[]>();
  for (const party of parties) {
    for (const key of keysOf(party)) {
      const members = groups.get(key);
      if (members) members.push(party);
      else groups.set(key, [party]);
    }
  }
  return groups;
}
