import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RoleRule } from './provider-contract.ts';
import { claimValues, decideRole } from './role-rules.ts';

const rule = (claim: string, value: string, role: RoleRule['role'], operator: RoleRule['operator'] = 'is'): RoleRule => ({
  claim,
  value,
  role,
  operator,
});

test('the first rule that fits decides, and each says why it does or does not', () => {
  const roleRules = [rule('groups', 'ai-admins', 'admin'), rule('groups', 'ai-', 'analyst', 'starts-with'), rule('groups', 'x', 'auditor')];
  const decision = decideRole({ roleRules, defaultRole: 'engineer' }, { groups: ['staff', 'ai-red-team'] });
  assert.equal(decision.role, 'analyst');
  assert.deepEqual(
    decision.rules.map(({ fits, decides }) => [fits, decides]),
    [
      [false, false],
      [true, true],
      [false, false],
    ],
  );
  assert.match(decision.rules[0]?.why ?? '', /groups holds “staff”, “ai-red-team”: none is “ai-admins”/);
});

test('without a rule that fits the default role is given, and without one nobody comes in', () => {
  const roleRules = [rule('department', 'Security', 'analyst')];
  assert.equal(decideRole({ roleRules, defaultRole: 'auditor' }, {}).role, 'auditor');
  assert.equal(decideRole({ roleRules, defaultRole: null }, {}).role, null);
  assert.equal(decideRole({ roleRules, defaultRole: null }, { department: 'security' }).role, null);
});

test('a claim is found by its whole name before it is read as a path', () => {
  const claims = {
    'https://example.org/roles': ['a'],
    realm_access: { roles: ['b', 3, true, { c: 1 }] },
    'x.y': 'whole',
    x: { y: 'path' },
  };
  assert.deepEqual(claimValues(claims, 'https://example.org/roles'), ['a']);
  assert.deepEqual(claimValues(claims, 'realm_access.roles'), ['b', '3', 'true']);
  assert.deepEqual(claimValues(claims, 'x.y'), ['whole']);
});

test('names that mean something to JavaScript find nothing', () => {
  for (const name of ['constructor.name', '__proto__', 'toString', 'groups.length', 'a.__proto__.b']) {
    assert.deepEqual(claimValues({ groups: ['a'], a: {} }, name), [], name);
  }
});
