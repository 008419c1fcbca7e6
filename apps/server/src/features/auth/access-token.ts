import { randomUUID } from "node:crypto";
import { createSigner, createVerifier } from "fast-jwt";
import { z } from "zod";

const ISSUER = "sallyport";
const AUDIENCE = "sallyport-api";

const Claims = z.object({ sub: z.uuid(), email: z.string(), sid: z.uuid() });
export type Claims = z.infer<typeof Claims>;

/** Signs and reads our JWTs. One algorithm, pinned: what the token says about its own algorithm is not asked. */
export class AccessTokens {
  readonly lifetimeSeconds: number;
  readonly #sign: (claims: Claims & { jti: string }) => string;
  readonly #verify: (token: string) => unknown;

  constructor(key: Buffer, lifetimeSeconds: number) {
    this.lifetimeSeconds = lifetimeSeconds;
    this.#sign = createSigner({
      key,
      algorithm: "HS256",
      iss: ISSUER,
      aud: AUDIENCE,
      expiresIn: lifetimeSeconds * 1_000,
    });
    this.#verify = createVerifier({
      key,
      algorithms: ["HS256"],
      allowedIss: ISSUER,
      allowedAud: AUDIENCE,
      requiredClaims: ["exp", "iat", "iss", "aud", "sub", "sid"],
    });
  }

  issue(claims: Claims): string {
    return this.#sign({ ...claims, jti: randomUUID() });
  }

  /** The claims, or undefined for anything that is not a valid token of ours. The sign-in may still be revoked. */
  read(token: string): Claims | undefined {
    try {
      return Claims.safeParse(this.#verify(token)).data;
    } catch {
      return undefined;
    }
  }
}
