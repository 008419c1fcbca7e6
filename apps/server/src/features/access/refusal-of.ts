import { AppError } from "@sallyport/protocol";
import type { AccessDecision } from "./decide-access.ts";

/** A refusal as the call that asked for it throws it. */
export function refusalOf({ code, reason }: Extract<AccessDecision, { allowed: false }>, purpose: string): AppError {
  switch (code) {
    case "UNAUTHORIZED":
    case "ACL_DENIED":
      return new AppError(code, {});
    case "FORBIDDEN":
      return new AppError(code, { reason });
    case "MACHINE_OFFLINE":
      return new AppError(code, { purpose });
    case "FEATURE_NOT_AVAILABLE":
      return new AppError(code, { feature: "remote_management" });
    case "FEATURE_NOT_ENABLED":
      return new AppError(code, { feature: "remote_desktop" });
    default:
      return code satisfies never;
  }
}
