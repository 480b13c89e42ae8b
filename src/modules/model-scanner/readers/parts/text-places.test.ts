import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rootPlace } from '../../engine/place.ts';
import { TextPlaces } from './text-places.ts';

test('offsets are bytes and lines count from one', () => {
  const text = 'é\nsecond ✓ line\nthird';
  const places = new TextPlaces(text, rootPlace('a.txt'));
  assert.deepEqual(places.at(text.indexOf('line'), 4), {
    containerPath: ['a.txt'],
    offset: Buffer.byteLength('é\nsecond ✓ '),
    length: 4,
    line: 2,
  });
  assert.equal(places.at(text.indexOf('third')).line, 3);
});

test('places far into a text are right and do not read it again each time', () => {
  const text = `${'ä'.repeat(50)}\n`.repeat(20_000);
  const places = new TextPlaces(text, rootPlace('a.txt'));
  const startedAt = performance.now();
  for (let line = 0; line < 20_000; line += 1) assert.equal(places.at(line * 51).offset, line * 101);
  assert.ok(performance.now() - startedAt < 2000);
});
