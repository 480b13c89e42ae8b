import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFrameReader } from './event-stream.ts';

test('reads frames however the bytes were cut', () => {
  const text = 'id: 7\nevent: asset.registered\ndata: {"a":1}\n\nevent: beat\ndata: x\n\n';
  const expected = [
    { event: 'asset.registered', data: '{"a":1}', id: '7' },
    { event: 'beat', data: 'x', id: '7' },
  ];
  assert.deepEqual(createFrameReader()(text), expected);
  const read = createFrameReader();
  assert.deepEqual(
    [...text].flatMap((character) => read(character)),
    expected,
  );
});
test('understands CRLF, also when it is cut in the middle', () => {
  const read = createFrameReader();
  assert.deepEqual([...read('data: a\r'), ...read('\n\r'), ...read('\n')], [{ event: 'message', data: 'a', id: null }]);
});
test('joins data lines and ignores comments, unknown fields and frames without data', () => {
  assert.deepEqual(createFrameReader()(': hello\nretry: 5\ndata: a\ndata:b\n\nevent: empty\n\n'), [
    { event: 'message', data: 'a\nb', id: null },
  ]);
});
test('drops a frame that is too long and goes on with the next', () => {
  const read = createFrameReader();
  const long = 'x'.repeat(600_000);
  assert.deepEqual(read(`data: ${long}\ndata: ${long}\n\ndata: next\n\n`), [{ event: 'message', data: 'next', id: null }]);
});
