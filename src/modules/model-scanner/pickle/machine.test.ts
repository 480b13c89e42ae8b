import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Budget } from '../engine/budget.ts';
import { bytesSource } from '../engine/source.ts';
import { Cursor } from './cursor.ts';
import { Machine } from './machine.ts';
import { Recorder } from './recorder.ts';
import { catalogTables } from './testing/catalog.ts';
import { extend, forgotten, integer, sequence, type Value } from './values.ts';

const tables = catalogTables();
function machine(): Machine {
  const cursor = new Cursor(bytesSource(new Uint8Array(0)), 0);
  return new Machine({ cursor, tables, recorder: new Recorder([], () => undefined), budget: new Budget() });
}

test('of many values that wait on the stack the oldest, the newest and the names stay; the others are forgotten', () => {
  const waiting = machine();
  const list = sequence('list', []);
  waiting.stack = new Array<Value>(700_000).fill(list);
  const named = waiting.findClass('os', 'system', false);
  waiting.stack[300_000] = named;
  waiting.relieve(0);
  const kept = [0, 199_999, 200_000, 300_000, 499_999, 500_000, 699_999].map((at) => waiting.stack[at]);
  assert.deepEqual(kept, [list, list, forgotten, named, forgotten, list, list]);
});

test('what came onto the stack after values were taken off is forgotten as well', () => {
  const waiting = machine();
  waiting.stack = new Array<Value>(900_000).fill(integer(1));
  waiting.relieve(0);
  waiting.stack.length = 1000;
  waiting.relieve(0);
  for (let at = 0; at < 700_000; at += 1) waiting.push(sequence('list', []));
  waiting.relieve(0);
  assert.equal(waiting.stack[300_000], forgotten);
});

test('a stream that has put half a million elements together keeps few of the next ones, and none that keeps others', () => {
  const full = machine();
  assert.equal(full.isLate(1000), false);
  for (let at = 0; at < 500; at += 1) full.isLate(1_000_000);
  assert.equal(full.isLate(1), true);
  const late = sequence('list', []);
  extend(late, [integer(1), sequence('list', [integer(2)]), ...Array.from({ length: 100 }, () => integer(3))], true);
  assert.deepEqual([late.count, late.items.length, late.items[0], late.items[1]], [102, 16, integer(1), forgotten]);
});

test('arguments of a late call are kept, but for tuples that hold many others', () => {
  const argument = sequence('tuple', [integer(1)]);
  const heavy = sequence(
    'tuple',
    Array.from({ length: 200 }, () => argument),
  );
  const late = sequence('tuple', [argument, sequence('list', []), heavy], true);
  assert.deepEqual([late.items[0], late.items[1]?.kind, late.items[2]], [argument, 'list', forgotten]);
  // What a hash visits is counted all the same.
  assert.equal(late.weight, 1 + 2 + 1 + heavy.weight);
});

test('of containers that wait or stand in the memo few elements stay, once a stream has put a million together', () => {
  const busy = machine();
  const tuple = sequence(
    'tuple',
    Array.from({ length: 100 }, () => integer(1)),
  );
  busy.stack = new Array<Value>(5000).fill(tuple);
  busy.memo.set(0, tuple);
  busy.relieve(0);
  assert.equal(busy.stack[2500], tuple);
  for (let at = 0; at < 1000; at += 1) busy.isLate(1000);
  busy.relieve(0);
  const lengths = [busy.stack[0], busy.stack[2500], busy.stack[4999], busy.memo.get(0, bytesSource(new Uint8Array(0)))].map((value) =>
    value?.kind === 'tuple' ? [value.items.length, value.count] : [],
  );
  assert.deepEqual(lengths, [
    [100, 100],
    [4, 100],
    [100, 100],
    [4, 100],
  ]);
});
