import assert from 'node:assert/strict';
import { scryptSync } from 'node:crypto';
import { test } from 'node:test';
import { loadCatalogLines } from '../../../platform/catalog.ts';
import { currentCost, hashPassword, overridePasswordCost, parseHash, verifyPassword } from './password-hash.ts';
import { passwordIssue } from './password-rules.ts';

const owner = { name: 'Maren Oduya', email: 'maren.oduya@halden.example' };

for (const [password, reason] of [
  ['short', 'has 5 characters'],
  ['a'.repeat(129), 'has 129 characters'],
  ['aaaaaaaaaaaaaaaa', 'repeats'],
  ['abcabcabcabcabc', 'repeats'],
  ['hunter2hunter2', 'repeats'],
  ['bcdefghijklmn', 'run'],
  ['567890123456', 'run'],
  ['432109876543', 'run'],
  ['password1234', 'commonest'],
  ['P@ssw0rd2031!', 'commonest'],
  ['qwertyuiopasdfghjkl', 'commonest'],
  ['correcthorsebatterystaple', 'commonest'],
  ['maren.oduya.7', 'own name'],
  ['OduyaHalden99', 'own name'],
] as const) {
  test(`refuses ${password.slice(0, 30)}: ${reason}`, () => assert.match(passwordIssue(password, owner) ?? '', new RegExp(reason)));
}

for (const password of [
  'lantern gravel otter 58',
  'Кот спит на тёплой печи',
  '🦊🌲🪨🌊🔥🌧️🪵🦉🌙⭐🍄🐚',
  'maren walks along the grey harbour',
  'xq7Vd!rW2mPz',
]) {
  test(`takes ${password}`, () => assert.equal(passwordIssue(password, owner), null));
}

test('counts characters, not bytes or UTF-16 units', () => {
  assert.match(passwordIssue('🦊🌲🪨🌊🔥', owner) ?? '', /has 5 characters/);
});

test('every entry of the list is refused, whatever its case', () => {
  const taken = loadCatalogLines('common-passwords').filter(
    (password) => password.length >= 12 && passwordIssue(password.toUpperCase(), owner) === null,
  );
  assert.deepEqual(taken, []);
});

test('the stored text names its parameters and is scrypt of the password under its salt', async () => {
  const stored = await hashPassword('lantern gravel otter 58');
  assert.match(stored, /^\$scrypt\$ln=17,r=8,p=1\$/);
  const parsed = parseHash(stored);
  // Recomputed with the synchronous function of the run time.
  const expected = scryptSync('lantern gravel otter 58', parsed?.salt ?? '', 32, { N: 2 ** 17, r: 8, p: 1, maxmem: 2 ** 28 });
  assert.deepEqual(parsed?.hash, expected);
});

test('a cost that a test lowered is the one in service again afterwards', async () => {
  overridePasswordCost({ logN: 4, r: 8, p: 1 });
  const lowered = await hashPassword('lantern gravel otter 58');
  overridePasswordCost(null);
  assert.match(lowered, /^\$scrypt\$ln=4,/);
  assert.equal((await verifyPassword('lantern gravel otter 58', lowered)).outdated, true);
  // OWASP Password Storage Cheat Sheet, scrypt: N = 2^17, r = 8, p = 1 is the floor.
  assert.deepEqual(currentCost, { logN: 17, r: 8, p: 1 });
});

test('matches the password, and the same password typed with composed or decomposed letters', async () => {
  const stored = await hashPassword('caf\u00e9 by the north pier', { logN: 4, r: 8, p: 1 });
  assert.deepEqual(await verifyPassword('cafe\u0301 by the north pier', stored), { matches: true, outdated: true });
  assert.equal((await verifyPassword('cafe by the north pier', stored)).matches, false);
});

for (const damaged of [
  '',
  '$scrypt$ln=30,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
  '$argon2id$v=19$x',
  'plain',
]) {
  test(`a stored text that is not ours signs nobody in: ${damaged.slice(0, 20)}`, async (t) => {
    overridePasswordCost({ logN: 4, r: 8, p: 1 });
    t.after(() => overridePasswordCost(null));
    assert.equal((await verifyPassword('anything at all', damaged)).matches, false);
  });
}

test('a flood beyond the queue is refused at once instead of waiting', async () => {
  const cheap = { logN: 12, r: 8, p: 1 };
  const results = await Promise.allSettled(Array.from({ length: 60 }, () => hashPassword('lantern gravel otter 58', cheap)));
  const refused = results.filter((result) => result.status === 'rejected');
  assert.ok(refused.length >= 60 - 2 - 32, `${refused.length} refused`);
  for (const { reason } of refused) assert.equal(reason.code, 'identity.busy');
  assert.ok(results.some((result) => result.status === 'fulfilled'));
});
