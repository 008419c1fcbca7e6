import { parseAddress } from "../subnet.ts";

/** Whether a peer's address is of this very machine. */
export const isLoopback = (address: string | undefined): boolean =>
  address !== undefined && parseAddress(address)?.range() === "loopback";
