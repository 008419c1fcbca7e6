export { accessQueries } from "./access.queries.ts";
export { RequireSession } from "./require-session.tsx";
export { rereadAccess } from "./reread-access.ts";
export { signOut } from "./sign-out.ts";
export { useOrg, useSession } from "./use-session.ts";
