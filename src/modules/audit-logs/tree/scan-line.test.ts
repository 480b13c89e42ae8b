import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { EntryLine, lineOf } from '../entry.ts';
import { canonicalJson } from '../recording/canonical-json.ts';
import { readLine } from '../verifying/verification.ts';
import { blockOfLine } from './line-blocks.ts';
import { type Expected, lineScanner } from './scan-line.ts';
import { testLines } from './test-export.ts';

/** Whether the quick reader takes a line as the one that is expected: itself, when the full reader can read it. */
function quickly(line: Buffer, expects: EntryLine = EntryLine.parse(JSON.parse(plainLine.toString('utf8')))): Expected | null {
  if (line.includes(10)) return null;
  const { bytes, from, to } = blockOfLine(line);
  const expected = {
    index: expects.index,
    prev: Buffer.from(expects.prev, 'hex').toString('latin1'),
    time: Buffer.from(expects.time),
    workspace: Buffer.from(expects.workspace),
  };
  const end = lineScanner(expected)(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), from);
  return end === to - 1 ? expected : null;
}
/** What the quick reader takes, the full one reads: and as what was expected. */
function assertAgree(line: Buffer, expects: EntryLine): 'sure' | 'not sure' {
  const taken = quickly(line, expects);
  if (taken === null) return 'not sure';
  const entry = readLine(line);
  assert.ok(entry, line.toString('utf8'));
  const { index, prev, time, workspace } = entry;
  assert.deepEqual([index, prev, workspace], [expects.index, expects.prev, expects.workspace]);
  assert.ok(time >= expects.time);
  assert.equal(Buffer.from(taken.time).toString('latin1'), time);
  return 'sure';
}

const [plainLine = Buffer.alloc(0)] = testLines(1);
const plainEntry = EntryLine.parse(JSON.parse(plainLine.toString('utf8')));
const rich: EntryLine = {
  ...plainEntry,
  index: 900_719_925_474_099,
  actor: { kind: 'user', id: 'Zoë “x” \u{1f600}\\\u007f', roles: [], session: '0190a0b0-0000-7000-8000-000000000002' },
  resource: { type: 'ai-assets', id: null },
  reason: 'audit-logs.noWords',
  clock: 'regressed',
  request: { method: 'PUT', endpoint: '/api/a/:id', trace: 't', process: 'gateway' },
  sealed: [{ purpose: 'values', key: '0190a0b0-0000-7000-8000-000000000003', nonce: 'ab'.repeat(12), hash: '0f'.repeat(32) }],
  change: {
    fields: ['a', 'ä'],
    before: { Z: -1.5, a: [1, 2, { b: null, c: [] }], a1: {}, text: 'line\n\u0001\t"' },
    after: { n: -12, small: 1e-7, big: 1e21 / 1e7, is: true, not: false },
  },
};
const entries: EntryLine[] = [plainEntry, rich, { ...rich, change: { fields: [], omitted: 'too-large' } }];

test('what the platform writes is read quickly, and as the full reader reads it', () => {
  for (const entry of entries) assert.equal(assertAgree(lineOf(entry), entry), 'sure', lineOf(entry).toString('utf8'));
});

test('no byte changed, left out, doubled or put in makes the quick reader say yes where the full one says no', () => {
  const signs = Buffer.from('"\\{}[],:0129aefZ-+. \u0001\u007f', 'utf8');
  const bytes = fc.oneof(fc.constantFrom(...signs), fc.integer({ min: 0, max: 255 }));
  let sure = 0;
  fc.assert(
    fc.property(fc.constantFrom(...entries), fc.nat(), bytes, fc.integer({ min: 0, max: 3 }), (entry, seed, byte, act) => {
      const line = lineOf(entry);
      const at = seed % line.length;
      const [before, after] = [line.subarray(0, at), line.subarray(act === 2 ? at : at + 1)];
      const put = act === 0 ? [] : act === 3 ? [line.subarray(at, at + 1), line.subarray(at, at + 1)] : [Buffer.of(byte)];
      if (assertAgree(Buffer.concat([before, ...put, after]), entry) === 'sure') sure += 1;
    }),
    { numRuns: 4000 },
  );
  assert.ok(sure > 100, 'many changes leave an entry of another content');
});

test('any JSON in a change is read as the full reader reads it, whatever its spelling', () => {
  const spelling = fc.constantFrom(
    (text: string) => text,
    (text: string) => text.replace(/"(\w)/, '"\\u0061$1'),
    (text: string) => text.replace(/(\d)/, '$1.0'),
    (text: string) => text.replace(/:/, ': '),
    (text: string) => text.replace(/\{/, '{"__proto__":1,'),
    (text: string) => text.replace(/(-?\d+)/, '$1e0'),
  );
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), spelling, (value, spell) => {
      let text: string;
      try {
        text = canonicalJson({ ...rich, change: { fields: [], after: value } });
      } catch {
        return;
      }
      assertAgree(Buffer.from(text.slice(0, 10) + spell(text.slice(10)), 'utf8'), rich);
    }),
    { numRuns: 1500 },
  );
});

test('a line that does not follow the one before is left to the full reader, which says why', () => {
  const others: Partial<EntryLine>[] = [
    { index: rich.index - 1 },
    { prev: `1${rich.prev.slice(1)}` },
    { time: '2027-01-01T00:00:00.000000Z' },
    { workspace: '0190a0b0-0000-7000-8000-000000000009' },
  ];
  for (const other of others) assert.equal(assertAgree(lineOf(rich), { ...rich, ...other }), 'not sure');
  assert.equal(assertAgree(lineOf({ ...rich, time: '2027-01-01T00:00:00.000000Z' }), rich), 'sure', 'a later time');
});

test('every field of an entry that the platform writes is known to the quick reader', () => {
  const known = new Set(entries.flatMap((entry) => Object.keys(entry)));
  const missing = Object.keys(EntryLine.shape).filter((name) => !known.has(name));
  assert.deepEqual(missing, [], 'add the new field to scan-line.ts and to the lines of this test');
});
