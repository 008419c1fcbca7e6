export { memberQueries } from "./members.queries.ts";
export { ROLE_WORDS } from "./role-words.ts";
