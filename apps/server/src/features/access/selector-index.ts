import { isWithin, type Subnet } from "../../platform/subnet.ts";
import { type Party, readAddress } from "./party-index.ts";
import type { Selector } from "./rule-selector.ts";

/** Items by the selectors they hang on: finds those that match a machine without trying each. */
export class SelectorIndex<Item> {
  readonly #any: Item[] = [];
  readonly #byName = new Map<string, Item[]>();
  readonly #byTag = new Map<string, Item[]>();
  readonly #subnets: { range: Subnet; item: Item }[] = [];

  add(selector: Selector, item: Item): void {
    switch (selector.kind) {
      case "any":
        this.#any.push(item);
        return;
      case "name":
        return push(this.#byName, selector.name, item);
      case "tag":
        return push(this.#byTag, selector.tag, item);
      case "subnet":
        this.#subnets.push({ range: selector.range, item });
        return;
      default:
        selector satisfies never;
    }
  }

  matching(party: Party): Item[] {
    const address = readAddress(party);
    return [
      ...this.#any,
      ...(this.#byName.get(party.name.toLowerCase()) ?? []),
      ...[...new Set(party.tags)].flatMap((tag) => this.#byTag.get(tag) ?? []),
      ...(address ? this.#subnets.filter(({ range }) => isWithin(address, range)).map(({ item }) => item) : []),
    ];
  }
}

function push<Item>(lists: Map<string, Item[]>, key: string, item: Item): void {
  const list = lists.get(key);
  if (list) list.push(item);
  else lists.set(key, [item]);
}
