export { authKeyQueries } from "./auth-keys.queries.ts";
export { serviceCommands } from "./enrol-command.ts";
export { type KeyTerms, newTerms, TERM_FIELDS } from "./key-terms.ts";
export { KeyTermsFields } from "./key-terms-fields.tsx";
export { type MadeAuthKey, unnamedKey, useMakeAuthKey } from "./use-make-auth-key.ts";
