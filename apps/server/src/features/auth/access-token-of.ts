import { JWT_SUBPROTOCOL_PREFIX } from "@sallyport/protocol";
import type { UpgradeRequest } from "../../platform/live/socket-router.ts";
import { secretParam } from "../../platform/live/upgrade-params.ts";
import { bearerToken } from "./authenticate.ts";

/** The access token of whoever asks for a socket: a header, or what a browser can send. */
export const accessTokenOf = (request: UpgradeRequest): string | undefined =>
  bearerToken(request.headers.authorization) ?? secretParam(request, "token", JWT_SUBPROTOCOL_PREFIX);
