export { AccessTokens } from "./access-token.ts";
export { bindAuth } from "./auth.http.ts";
export { deleteDeadRefreshTokens, isSignInAlive } from "./auth.store.ts";
export { authenticateToken, bearerToken } from "./authenticate.ts";
export { hashPassword } from "./password.ts";
export { SignIns } from "./sign-in.ts";
