/** How the platform's processes know each other: short-lived signed tokens naming caller and door (JWT, HS256). */
import { jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import type { Actor } from '../../contract/actor.ts';
import type { Door } from '../../contract/endpoint.ts';
import { Permission, Role } from '../../contract/permission.ts';
import { commonProblems } from '../../contract/problem.ts';
import { derivedKey } from '../secret.ts';

const lifeSeconds = 60;
const issuer = 'ai-spm';
const Claims = z.object({
  sub: z.string().min(1).max(100),
  workspace: z.uuid(),
  actor: z.string().max(100),
  kind: z.enum(['user', 'service', 'job', 'system']),
  role: Role.nullable(),
  permissions: z.array(Permission).max(200),
});

/** A token for one call: valid for one door and one minute. */
export async function serviceToken(door: Door, caller: string, actor: Actor): Promise<string> {
  return new SignJWT({
    workspace: actor.workspaceId,
    actor: actor.id,
    kind: actor.kind,
    role: actor.role,
    permissions: [...actor.permissions],
  })
    .setProtectedHeader({ alg: 'HS256', typ: 'service+jwt' })
    .setIssuer(issuer)
    .setAudience(door)
    .setSubject(caller)
    .setIssuedAt()
    .setExpirationTime(`${lifeSeconds}s`)
    .sign(derivedKey('service-token'));
}

/**
 * The actor a service call speaks for. @throws request.notSignedIn for anything but a valid token for this door.
 */
export async function actorOfServiceToken(header: string | undefined, door: Door): Promise<Actor> {
  const token = header?.startsWith('Bearer ') ? header.slice(7) : undefined;
  if (token === undefined || token.length > 16_384) throw commonProblems.notSignedIn();
  try {
    const { payload } = await jwtVerify(token, derivedKey('service-token'), {
      issuer,
      audience: door,
      algorithms: ['HS256'],
      typ: 'service+jwt',
      clockTolerance: 5,
      maxTokenAge: lifeSeconds + 5,
    });
    const claims = Claims.parse(payload);
    return {
      kind: claims.kind,
      id: claims.actor,
      workspaceId: claims.workspace,
      role: claims.role,
      permissions: new Set(claims.permissions),
    };
  } catch (error) {
    throw commonProblems.notSignedIn({}, { cause: error });
  }
}
