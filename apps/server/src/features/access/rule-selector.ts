/** Whom a rule is about, from what an administrator wrote. Pure. */
import { Name, Tag } from "@sallyport/protocol";
import { parseSubnet, type Subnet } from "../../platform/subnet.ts";

export type Selector =
  | { kind: "any" }
  /** An exact address is a subnet of one. */
  | { kind: "subnet"; range: Subnet }
  /** In lower case, without its `tag:`. */
  | { kind: "tag"; tag: string }
  /** A machine's, in lower case: names are compared without case. */
  | { kind: "name"; name: string };

const TAG = /^tag:/i;
/** What products like this one select by and this one does not: as a machine's name it would silently match nothing. */
const OTHER_KIND = /^(user|group):/i;
/** Meant as an address: four numbers, two colons, or something that a mask follows. A typo in one is no machine's name. */
const LIKE_ADDRESS = /^(\d+(\.\d+){3}|[\da-f]*:[\da-f]*:.*|[\da-f]*[.:][\da-f.:]*\/.*)$/i;

/** Reads `*`, an address, a subnet, `tag:NAME` or a machine's name; undefined for text that can be none of them. */
export function parseSelector(text: string): Selector | undefined {
  const trimmed = text.trim();
  if (trimmed === "*") return { kind: "any" };
  if (TAG.test(trimmed)) {
    const tag = Tag.safeParse(trimmed);
    return tag.success ? { kind: "tag", tag: tag.data } : undefined;
  }
  const range = parseSubnet(trimmed);
  if (range) return { kind: "subnet", range };
  // `web-*` would be taken for a pattern by whoever writes it, and match nothing.
  if (trimmed.includes("*") || OTHER_KIND.test(trimmed) || LIKE_ADDRESS.test(trimmed)) return undefined;
  const name = Name.safeParse(trimmed);
  return name.success ? { kind: "name", name: name.data.toLowerCase() } : undefined;
}
