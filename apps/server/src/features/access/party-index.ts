import { type Address, isWithin, parseAddress } from "../../platform/subnet.ts";
import type { Selector } from "./rule-selector.ts";

/** A machine as rules see it. */
export interface Party {
  id: string;
  name: string;
  /** Its tailnet address. */
  address: string | null;
  tags: readonly string[];
}

export const readAddress = ({ address }: Pick<Party, "address">): Address | undefined =>
  address === null ? undefined : parseAddress(address);

/** Machines by what can name them: finds those that a selector means without trying each. */
export class PartyIndex {
  readonly #all: readonly Party[];
  // Each is made when the first selector of its kind asks.
  #byName: ReadonlyMap<string, Party[]> | undefined;
  #byTag: ReadonlyMap<string, Party[]> | undefined;
  #addresses: { address: Address; party: Party }[] | undefined;

  constructor(parties: readonly Party[]) {
    this.#all = parties;
  }

  matching(selector: Selector): readonly Party[] {
    switch (selector.kind) {
      case "any":
        return this.#all;
      case "name":
        this.#byName ??= group(this.#all, ({ name }) => [name.toLowerCase()]);
        return this.#byName.get(selector.name) ?? [];
      case "tag":
        this.#byTag ??= group(this.#all, ({ tags }) => tags);
        return this.#byTag.get(selector.tag) ?? [];
      case "subnet":
        this.#addresses ??= this.#all.flatMap((party) => {
          const address = readAddress(party);
          return address ? [{ address, party }] : [];
        });
        return this.#addresses.filter(({ address }) => isWithin(address, selector.range)).map(({ party }) => party);
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
