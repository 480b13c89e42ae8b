import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { currentToasts, dismissToast, toast, undoLatest } from './toast-store.ts';

afterEach(() => {
  for (const { id } of currentToasts()) dismissToast(id);
});

test('keeps the newest three', () => {
  for (const text of ['one', 'two', 'three', 'four']) toast({ text });
  assert.deepEqual(
    currentToasts().map(({ text }) => text),
    ['two', 'three', 'four'],
  );
});
test('undo takes back the newest undoable thing, once', () => {
  const undone: string[] = [];
  toast({ text: 'Assigned', undo: () => undone.push('assign') });
  toast({ text: 'Exported' });
  assert.equal(undoLatest(), true);
  assert.equal(undoLatest(), false);
  assert.deepEqual(undone, ['assign']);
});
