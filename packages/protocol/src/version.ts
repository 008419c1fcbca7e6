/**
 * Version of the agent link and of the stream between agent, control plane and viewer.
 *
 * 1 (2026-11): hello with challenge, signed commands, framed streams with epochs and byte offsets.
 */
export const PROTOCOL_VERSION = 1;

/** Version of the product, shown by every program's `--version`. */
export const PRODUCT_VERSION = "0.1.0";
