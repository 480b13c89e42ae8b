/** From rows to what is answered about a person, and to the actor they are. */
import type { Actor, Context } from '../../../contract/actor.ts';
import type { Permission, Role } from '../../../contract/permission.ts';
import type { CurrentUser } from '../contract.ts';
import { type Department, readDepartmentRule } from '../departments/department-store.ts';
import { demandAnswer } from '../factors/policy.ts';
import { type Account, type Home, hasPassword, type SessionRow } from '../store.ts';
import { permissionsOf } from './permission-matrix.ts';

/** Nobody: who has not signed in yet. The workspace is the one the attempt is about. */
export function asNobody(context: Context, workspaceId: string): Context {
  return { ...context, actor: { kind: 'user', id: 'anonymous', workspaceId, role: null, permissions: new Set() } };
}

export function asPerson(context: Context, person: Pick<Account, 'id' | 'workspaceId' | 'role'>, sessionId?: string): Context {
  const actor: Actor = {
    kind: 'user',
    id: person.id,
    workspaceId: person.workspaceId,
    role: person.role,
    permissions: permissionsOf(person.role),
    ...(sessionId === undefined ? {} : { sessionId }),
  };
  return { ...context, actor };
}

/** Part of an actor: held to the assets of their own department, where the workspace says so. */
export function heldOf({ department, isHeld }: Department): Pick<Actor, 'heldTo'> {
  return isHeld ? { heldTo: { department } } : {};
}

/** What a session whose person has yet to enrol a second factor may do. */
const nothing: ReadonlySet<Permission> = new Set();

/** What a session may do: what its person may, or nothing while they have to enrol a second factor. */
export function permissionsIn({ enrolmentOnly }: Pick<SessionRow, 'enrolmentOnly'>, role: Role): ReadonlySet<Permission> {
  return enrolmentOnly ? nothing : permissionsOf(role);
}

/** In a transaction of the person's workspace. */
export async function currentUserAnswer(person: Account, home: Home, session: SessionRow): Promise<CurrentUser> {
  return {
    id: person.id,
    email: person.email,
    name: person.name,
    role: person.role,
    permissions: [...permissionsIn(session, person.role)],
    department: person.department,
    ownDepartmentOnly: person.role === 'engineer' && (await readDepartmentRule()),
    workspace: home,
    session: { id: session.id, startedAt: session.startedAt.toISOString(), expiresAt: session.expiresAt.toISOString() },
    factorDemand: await demandAnswer(person, session),
    hasPassword: await hasPassword(person.id),
  };
}
