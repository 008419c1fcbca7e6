export { DevicePage } from "./device-page.tsx";
export { HOME_PATH } from "./next-path.ts";
export { RequireSession } from "./require-session.tsx";
export { rereadAccess } from "./reread-access.ts";
export { SignInPage } from "./sign-in-page.tsx";
export { signOut } from "./sign-out.ts";
export { useOrg, useSession } from "./use-session.ts";
