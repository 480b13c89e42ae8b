import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Permission, Role, resources, specialRights } from '../../../contract/permission.ts';
import { PermissionFile, permissionMatrix, permissionsOf } from './permission-matrix.ts';

const letters = { create: 'C', read: 'R', update: 'U', delete: 'D' } as const;
const row = (resource: string): string[] => {
  const grants = permissionMatrix().resources.find((each) => each.resource === resource)?.grants;
  return Role.options.map((role) => (grants?.[role] ?? []).map((act) => letters[act]).join('') || '-');
};

// The table of the product's promise, columns admin, ciso, compliance officer, analyst, engineer, auditor.
for (const [resource, expected] of [
  ['ai-assets', ['CRUD', 'CRU', 'R', 'RU', 'CRU', 'R']],
  ['vulnerabilities', ['CRUD', 'CRU', 'R', 'CRU', 'RU', 'R']],
  ['security-alerts', ['CRUD', 'CRU', 'R', 'CRU', 'RU', 'R']],
  ['compliance', ['CRUD', 'CRU', 'CRU', 'R', 'R', 'R']],
  ['users', ['CRUD', 'RU', 'R', 'R', 'R', 'R']],
  ['audit-logs', ['R', 'R', 'R', '-', '-', 'R']],
] as const) {
  test(`${resource} is granted as promised`, () => assert.deepEqual(row(resource), expected));
}

test('the auditor changes nothing', () => {
  assert.deepEqual(
    [...permissionsOf('auditor')].filter((permission) => !permission.endsWith(':read')),
    // More than reading a line, but reading all the same: each leaves an entry.
    ['audit-logs:read-sealed'],
  );
});

test('those who oversee read how good a table is, not what stands in it', () => {
  const readers = Role.options.filter((role) => permissionsOf(role).has('data-quality:read-values'));
  assert.deepEqual(readers, ['admin', 'ciso', 'analyst', 'engineer']);
  assert.ok(permissionsOf('auditor').has('data-quality:read'));
});

test('nobody changes the audit log', () => {
  for (const role of Role.options) {
    const changes: Permission[] = ['audit-logs:create', 'audit-logs:update', 'audit-logs:delete'];
    assert.deepEqual(
      changes.filter((permission) => permissionsOf(role).has(permission)),
      [],
    );
  }
});

// Otherwise a CISO could not manage the people below: giving a role needs all its permissions.
test('a CISO has every permission of every role but admin', () => {
  for (const role of Role.options.filter((each) => each !== 'admin')) {
    assert.deepEqual([...permissionsOf(role).difference(permissionsOf('ciso'))], [], role);
  }
});

test('every resource has a row, and a file with a missing, invented or misspelt one is refused', () => {
  const grants = Object.fromEntries(Role.options.map((role) => [role, 'R']));
  const whole = {
    roles: Object.fromEntries(Role.options.map((role) => [role, { title: role, worksWith: 'x' }])),
    resources: Object.fromEntries(resources.map((resource) => [resource, { title: resource, grants }])),
    rights: Object.fromEntries(specialRights.map((right) => [right, { title: right, roles: ['admin'] }])),
  };
  assert.ok(PermissionFile.safeParse(whole).success);
  const { wiz: _left, ...without } = whole.resources as Record<string, unknown>;
  assert.ok(!PermissionFile.safeParse({ ...whole, resources: without }).success);
  assert.ok(!PermissionFile.safeParse({ ...whole, resources: { ...whole.resources, spaceships: { title: 'x', grants } } }).success);
  assert.ok(
    !PermissionFile.safeParse({ ...whole, resources: { ...whole.resources, wiz: { title: 'x', grants: { ...grants, admin: 'RC' } } } })
      .success,
  );
});
