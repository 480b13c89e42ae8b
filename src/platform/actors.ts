/** Actors that are no person: jobs and event handlers act inside one workspace with every permission. */
import type { Actor, ActorKind } from '../contract/actor.ts';
import { acts, type Permission, resources, specialRights } from '../contract/permission.ts';

export const everyPermission: ReadonlySet<Permission> = new Set([
  ...resources.flatMap((resource) => acts.map((act): Permission => `${resource}:${act}`)),
  ...specialRights,
]);

export function systemActor(workspaceId: string, id: string, kind: Exclude<ActorKind, 'user'> = 'system'): Actor {
  return { kind, id, workspaceId, role: null, permissions: everyPermission };
}
