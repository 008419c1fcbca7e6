export { isAddressAllowed } from "./allowed-cidrs.ts";
export { hashAuthKey } from "./auth-key.ts";
export { bindAuthKeys } from "./auth-keys.http.ts";
export { type AuthKey, consumeAuthKey, hasUsesLeft, insertKeyUse, isUsedUp, listAuthKeys } from "./auth-keys.store.ts";
export { createAuthKey, revokeKey } from "./manage-auth-keys.ts";
