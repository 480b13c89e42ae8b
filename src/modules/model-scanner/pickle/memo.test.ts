import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesSource } from '../engine/source.ts';
import { Memo } from './memo.ts';
import { forgotten, integer, sequence, type Value } from './values.ts';

const source = bytesSource(Buffer.from('....late name....', 'latin1'));
const textAt = (offset: number, length: number): Value => ({ kind: 'text', text: 'x', cut: false, computed: false, offset, length });

test('overwrites an entry and keeps entries far apart', () => {
  const memo = new Memo();
  memo.set(0, integer(1));
  memo.set(0, integer(2));
  memo.set(4_000_000_000, integer(3));
  assert.deepEqual(memo.get(0, source), integer(2));
  assert.deepEqual(memo.get(4_000_000_000, source), integer(3));
  assert.equal(memo.get(1, source), undefined);
  assert.equal(memo.size, 2);
});

test('after hundreds of thousands of entries keeps texts by their place only, and forgets structure', () => {
  const memo = new Memo();
  const one = integer(1);
  for (let index = 0; index < 400_000; index += 1) memo.set(index, one);
  memo.set(400_000, textAt(4, 9));
  memo.set(400_001, sequence('list', []));
  const late = memo.get(400_000, source);
  assert.equal(late?.kind === 'text' ? late.text : '', 'late name');
  assert.equal(memo.get(400_001, source), forgotten);
  assert.equal(memo.get(400_002, source), undefined);
});

test('a second reading sees the entries of the first and changes none', () => {
  const outer = new Memo();
  outer.set(0, integer(1));
  const inner = new Memo(outer);
  inner.set(0, integer(2));
  assert.deepEqual(inner.get(0, source), integer(2));
  assert.deepEqual(outer.get(0, source), integer(1));
});
