export { AccessTokens } from "./access-token.ts";
export { accessTokenOf } from "./access-token-of.ts";
export { bindAuth } from "./auth.http.ts";
export { deleteDeadRefreshTokens, isAlive, isSignInAlive } from "./auth.store.ts";
export { authenticateToken, bearerToken } from "./authenticate.ts";
export { deleteDeadDevices } from "./device.store.ts";
export { DeviceSignIns } from "./device-sign-ins.ts";
export { hashPassword } from "./password.ts";
export { SignIns } from "./sign-in.ts";
