/** Access tokens: JWTs of ten minutes (RFC 9068) that a mesh can check by the public keys alone. Here they are also looked up, so that an end is an end. */
import { randomUUID } from 'node:crypto';
import { decodeProtectedHeader, importJWK, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import type { Permission } from '../../../contract/permission.ts';
import { config } from '../../../platform/config.ts';
import { publicKey, signingKeyNow } from './signing-keys.ts';

export const accessSeconds = 600;
const audience = 'ai-spm';
const type = 'at+jwt';
/** The one algorithm: what a token says about itself chooses nothing. */
const algorithm = 'EdDSA';
const Header = z.object({ alg: z.literal(algorithm), typ: z.literal(type), kid: z.string().regex(/^[A-Za-z0-9_-]{43}$/) });
const Claims = z.object({ sub: z.uuid(), family: z.uuid(), workspace: z.uuid(), jti: z.uuid() });
export type AccessClaims = z.infer<typeof Claims>;
type Draft = {
  readonly accountId: string;
  readonly workspaceId: string;
  readonly familyId: string;
  readonly scopes: readonly Permission[];
};

/** The address of this installation, as `iss`. */
export function issuer(): string {
  return config().publicOrigin ?? 'ai-spm';
}

export async function signAccessToken({ accountId, workspaceId, familyId, scopes }: Draft): Promise<string> {
  const { id, key } = await signingKeyNow();
  return new SignJWT({ family: familyId, workspace: workspaceId, scope: scopes.join(' ') })
    .setProtectedHeader({ alg: algorithm, typ: type, kid: id })
    .setIssuer(issuer())
    .setAudience(audience)
    .setSubject(accountId)
    .setJti(randomUUID())
    .setIssuedAt()
    .setExpirationTime(`${accessSeconds}s`)
    .sign(key);
}

/**
 * Reads a token that was shown. null for whatever is not signed by a key of ours, for us, and still good.
 * Keys come from our own table by an id of fixed form: `jku`, `jwk`, `x5u` and odd ids lead nowhere (RFC 8725, 3.1, 3.10).
 */
export async function readAccessToken(token: string): Promise<AccessClaims | null> {
  try {
    const { kid } = Header.parse(decodeProtectedHeader(token));
    const found = await publicKey(kid);
    if (found === null) return null;
    const { payload } = await jwtVerify(token, await importJWK(found, algorithm), {
      algorithms: [algorithm],
      typ: type,
      issuer: issuer(),
      audience,
      requiredClaims: ['exp', 'iat', 'jti', 'sub'],
      maxTokenAge: accessSeconds,
      clockTolerance: 0,
    });
    return Claims.parse(payload);
  } catch {
    // Why is nobody's business but the reader's of this code: every failure is the same answer.
    return null;
  }
}
