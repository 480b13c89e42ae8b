import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hitKinds } from './contract.ts';
import { discover } from './discover.ts';
import { seededTree } from './test-seeded-tree.ts';
import { memoryTree } from './tree/tree.ts';

describe('a seeded repository', () => {
  const { files, planted } = seededTree(3);
  const { hits } = discover(memoryTree(files));
  test('everything that was planted is found, of every kind', () => {
    const found = new Set(hits.flatMap(({ kind, where }) => where.map(({ path }) => `${kind} ${path}`)));
    assert.deepEqual(
      [...planted].filter((thing) => !found.has(thing)),
      [],
    );
    assert.deepEqual(
      hitKinds.filter((kind) => kind !== 'secret' && !hits.some((hit) => hit.kind === kind)),
      [],
    );
  });
  test('and no look-alike', () => {
    const planless = hits.filter(({ kind, where }) => !where.some(({ path }) => planted.has(`${kind} ${path}`)));
    assert.deepEqual(
      planless.map(({ kind, name }) => `${kind} ${name}`),
      [],
    );
  });
});
