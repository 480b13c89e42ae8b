import assert from 'node:assert/strict';
import { test } from 'node:test';
import { treeFault } from './tree-shape.ts';

test('a proper tree has no fault; what stands right of a leaf does not count', () => {
  assert.equal(treeFault({ left: [1, -1, -1], right: [2, -1, -1] }), null);
  assert.equal(treeFault({ left: [1, -1, -1], right: [2, 0, 1] }), null);
  assert.equal(treeFault({ left: [-1], right: [-1] }), null);
});

test('children out of range, two parents, the root as a child and half a split are faults', () => {
  assert.match(treeFault({ left: [1, -1, -1], right: [9, -1, -1] }) ?? '', /child 9 of 3/);
  assert.match(treeFault({ left: [1, -1, -1], right: [1, -1, -1] }) ?? '', /two parents/);
  assert.match(treeFault({ left: [1, 0, -1], right: [2, 2, -1] }) ?? '', /child 0/);
  assert.match(treeFault({ left: [1, -1], right: [-1, -1] }) ?? '', /child -1/);
  assert.match(treeFault({ left: [1, -1], right: [-1] }) ?? '', /2 left and 1 right/);
});
