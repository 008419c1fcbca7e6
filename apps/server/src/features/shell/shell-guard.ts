import type { Guard } from "@sallyport/protocol";

/** What a person must have to open a shell, and to keep it: RS-007, RS-008. */
export const SHELL_GUARD = { right: "admin", feature: "remote_management" } as const satisfies Guard;
