/**
 * What the control plane's own tools may be pointed at. Pure. Whoever runs them is an administrator of some
 * organisation, not the operator of this server: its neighbours are not his to look at.
 */
import { innermost, isMetadata } from "../../platform/address-kind.ts";
import { type Address, isWithin, type Subnet } from "../../platform/subnet.ts";

export interface Reach {
  /** What the operator allowed. */
  allowed: readonly Subnet[];
  /** Networks that this server is in. */
  own: readonly Subnet[];
  /** Addresses of its database, its bus and its log store. */
  services: readonly Address[];
}

export interface Refusal {
  /** What the address is: `a private address`. */
  kind: string;
  /** Whether the operator could allow it. */
  isFinal: boolean;
}

const KINDS: Record<string, string> = {
  loopback: "an address of this very server",
  linkLocal: "a link-local address",
  private: "a private address",
  uniqueLocal: "a private address",
  carrierGradeNat: "a private address",
};
/** No host has such an address. */
const NOBODY: Record<string, string> = {
  unspecified: "the unspecified address",
  broadcast: "a broadcast address",
  multicast: "a multicast address",
};

/** Why an address may not be reached from here; undefined when it may. */
export function refuseAddress(address: Address, { allowed, own, services }: Reach): Refusal | undefined {
  const inner = innermost(address);
  const isOf = (subnets: readonly Subnet[]) => subnets.some((subnet) => isWithin(inner, subnet));
  const range = inner.range();
  const never = isMetadata(inner)
    ? "a cloud's metadata service"
    : services.some((service) => innermost(service).toString() === inner.toString())
      ? "where this server keeps its data"
      : NOBODY[range];
  if (never !== undefined) return { kind: never, isFinal: true };
  if (isOf(allowed)) return undefined;
  if (KINDS[range] !== undefined) return { kind: KINDS[range], isFinal: false };
  if (isOf(own)) return { kind: "in a network of this server's", isFinal: false };
  return range === "unicast" ? undefined : { kind: "a special address", isFinal: false };
}
