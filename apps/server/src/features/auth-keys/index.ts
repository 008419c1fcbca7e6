export { hashAuthKey } from "./auth-key.ts";
export { bindAuthKeys } from "./auth-keys.http.ts";
export { consumeAuthKey, isUsedUp } from "./auth-keys.store.ts";
export { createAuthKey } from "./manage-auth-keys.ts";
