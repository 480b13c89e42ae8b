import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { assertTablesMatchDatabase } from '../../platform/database/table-match.ts';
import { sharedDatabase } from '../../platform/database/test-database.ts';
import type { Hit } from './contract.ts';
import { observationOf } from './register-assets.ts';
import { compareHits, fingerprint } from './runs/hit-diff.ts';
import { findRun, hitsAfter, hitsBefore, insertRun, listHitPage, listRunPage, replaceHits, setHitAssets, updateRun } from './store.ts';
import { hit, run } from './table.ts';

const databases = sharedDatabase({ after });

const found = (name: string, more: Partial<Hit> = {}): Hit => ({
  kind: 'model',
  assetType: 'model',
  name,
  purl: null,
  keys: [`file:/repo/${name}`],
  confidence: 'certain',
  method: 'content',
  where: [{ path: name, line: null, evidence: '' }],
  whereLeftOut: 0,
  facts: {},
  edges: [],
  ...more,
}); // prettier-ignore

describe('the difference between two runs', () => {
  const earlier = (hits: readonly Hit[]) => hits.map((one) => ({ ...fingerprint(one), hit: one, assetId: null }));
  const states = (hits: readonly Hit[], before: readonly Hit[] | null, complete = true) =>
    compareHits(hits, before && earlier(before), complete).map(({ hit: { name }, state }) => `${name} ${state}`);

  test('is new, changed, unchanged or gone by the strongest key', () => {
    assert.deepEqual(
      states([found('a'), found('b', { facts: { size: 2 } }), found('d')], [found('a'), found('b', { facts: { size: 1 } }), found('c')]),
      ['a unchanged', 'b changed', 'd new', 'c gone'],
    );
  });
  test('everything is new the first time, and an incomplete walk calls nothing gone', () => {
    assert.deepEqual(states([found('a')], null), ['a new']);
    assert.deepEqual(states([], [found('a')], false), []);
  });
  test('moving within a file changes nothing, moving to another file does', () => {
    const at = (path: string, line: number) => found('a', { where: [{ path, line, evidence: 'x' }] });
    assert.deepEqual(states([at('f', 9)], [at('f', 2)]), ['a unchanged']);
    assert.deepEqual(states([at('g', 2)], [at('f', 2)]), ['a changed']);
  });
});

test('drizzle tables say what the migration made', async () => {
  await assertTablesMatchDatabase((await databases()).owner, [run, hit]);
});

test('one unfinished run of a folder at a time', async () => {
  const database = await databases();
  const first = await database.run(() => insertRun('/repo', true, 'ana'));
  await assert.rejects(
    database.run(() => insertRun('/repo', true, 'ana')),
    { code: 'discovery.alreadyRunning', status: 409 },
  );
  await database.run(() => updateRun(first.id, { state: 'done', finishedAt: new Date() }));
  await database.run(() => insertRun('/repo', true, 'ana'));
});

test('a run’s hits are compared with the newest finished run of the same folder, and only that', async () => {
  const database = await databases();
  const walk = async (path: string, hits: readonly Hit[]) => {
    const row = await database.run(() => insertRun(path, false, 'ana'));
    const compared = await database.run(async () => {
      const all = compareHits(hits, await hitsBefore(path, row.id), true);
      await replaceHits(row.id, all);
      return all;
    });
    await database.run(() => updateRun(row.id, { state: 'done', finishedAt: new Date() }));
    return { id: row.id, states: compared.map(({ hit: { name }, state }) => `${name} ${state}`) };
  };
  assert.deepEqual((await walk('/repo', [found('a'), found('b')])).states, ['a new', 'b new']);
  assert.deepEqual((await walk('/other', [found('a')])).states, ['a new']);
  const second = await walk('/repo', [found('a'), found('c')]);
  assert.deepEqual(second.states, ['a unchanged', 'c new', 'b gone']);
  // What was gone is not gone again.
  assert.deepEqual((await walk('/repo', [found('a'), found('c')])).states, ['a unchanged', 'c unchanged']);
  const gone = await database.run(() => listHitPage(second.id, { state: 'gone' }, {}));
  assert.deepEqual(
    gone.items.map(({ name }) => name),
    ['b'],
  );
  assert.equal((await database.run(() => listHitPage(second.id, { q: 'C', kind: 'model' }, {}))).total, 1);
  assert.equal((await database.run(() => listRunPage({}, {}))).total, 4);
  assert.equal((await database.run(() => listRunPage({ path: '/other', state: 'done' }, {}))).total, 1);
});

test('hits page through in order and remember their asset; another workspace sees none', async () => {
  const database = await databases();
  const row = await database.run(() => insertRun('/repo', false, 'ana'));
  const many = Array.from({ length: 1200 }, (_, index) => found(`m${index}`));
  await database.run(() => replaceHits(row.id, compareHits(many, null, true)));
  const part = await database.run(() => hitsAfter(row.id, 599, 10));
  assert.equal(part[0]?.name, 'm600');
  const assetId = '0190a0b0-0000-7000-8000-00000000aaaa';
  await database.run(() => setHitAssets([{ id: part[0]?.id ?? '', assetId }]));
  assert.equal((await database.run(() => hitsAfter(row.id, 599, 1)))[0]?.assetId, assetId);
  assert.equal(await database.run(() => findRun(row.id), { workspaceId: database.otherWorkspaceId }), null);
});

test('evidence is told to nobody; an asset carries its places as absolute paths', () => {
  assert.equal(observationOf(found('x', { assetType: null }), '/repo'), null);
  const told = observationOf(found('x', { confidence: 'possible', where: [{ path: 'a/x', line: 3, evidence: 'e' }] }), '/repo');
  assert.deepEqual([told?.mark, told?.places], ['inferred', [{ place: '/repo/a/x', line: 3, evidence: 'e' }]]);
});
