/** The permission matrix: data in catalog/permissions.yaml, read once. */
import { z } from 'zod';
import { type Act, acts, type Permission, Role, resources, specialRights } from '../../../contract/permission.ts';
import { loadCatalog } from '../../../platform/catalog.ts';
import type { PermissionMatrix } from '../contract.ts';

const letters: Readonly<Record<string, Act>> = { C: 'create', R: 'read', U: 'update', D: 'delete' };
const Grant = z
  .string()
  .regex(/^(?:-|C?R?U?D?)$/, 'Grants are letters of CRUD in this order, or -.')
  .transform((text) => [...text].flatMap((letter) => letters[letter] ?? []));
/** z.record over an enum demands every key: no role and no resource of the contract can be forgotten, none can be invented. */
export const PermissionFile = z.strictObject({
  roles: z.record(Role, z.strictObject({ title: z.string().min(1), worksWith: z.string().min(1) })),
  resources: z.record(z.enum(resources), z.strictObject({ title: z.string().min(1), grants: z.record(Role, Grant) })),
  rights: z.record(z.enum(specialRights), z.strictObject({ title: z.string().min(1), roles: z.array(Role) })),
});

export function permissionMatrix(): PermissionMatrix {
  const file = loadCatalog('permissions', PermissionFile);
  return {
    roles: Role.options.map((role) => ({ role, ...file.roles[role] })),
    resources: resources.map((resource) => ({ resource, ...file.resources[resource] })),
    rights: specialRights.map((right) => ({ right, ...file.rights[right] })),
  };
}

const sets = new Map<Role, ReadonlySet<Permission>>();

/** Everything a role may do. The same set object each time. */
export function permissionsOf(role: Role): ReadonlySet<Permission> {
  const known = sets.get(role);
  if (known) return known;
  const matrix = permissionMatrix();
  const granted = matrix.resources.flatMap(({ resource, grants }) =>
    acts.filter((act) => grants[role].includes(act)).map((act): Permission => `${resource}:${act}`),
  );
  const special = matrix.rights.flatMap(({ right, roles }): Permission[] => (roles.includes(role) ? [right] : []));
  const set = new Set([...granted, ...special]);
  sets.set(role, set);
  return set;
}
