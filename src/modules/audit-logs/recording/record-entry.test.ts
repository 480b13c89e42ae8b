import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Context } from '../../../contract/actor.ts';
import type { AuditRecord } from '../../../platform/audit.ts';
import { maxLineBytes, microTime, PendingEntry } from '../entry.ts';
import { canonicalJson } from './canonical-json.ts';
import { entryId } from './clock.ts';
import { draftEntry } from './record-entry.ts';

const context: Context = {
  actor: {
    kind: 'user',
    id: '01a2136d-aa75-7d6b-9f0a-8cb9930864f1',
    workspaceId: '01a2136d-aa75-7d6b-9f0a-8cb9930864f2',
    role: 'analyst',
    permissions: new Set(),
  },
  traceId: '0af7651916cd43dd8448eb211c80319c',
  signal: new AbortController().signal,
  address: '198.51.100.23',
  userAgent: null,
};
const given = { id: '01a2136d-aa75-7d6b-9f0a-8cb9930864f3', now: 1_777_629_600_000.5, process: 'gateway' };
const entryOf = (one: AuditRecord): PendingEntry => draftEntry(one, context, given).entry;
const record = (change: AuditRecord['change']): AuditRecord => ({
  action: 'users.update',
  resource: { type: 'users', id: 'x' },
  outcome: 'done',
  ...(change === undefined ? {} : { change }),
});

test('keeps the fields that differ and leaves the others out', () => {
  const { change } = entryOf(record({ before: { role: 'analyst', active: true }, after: { role: 'ciso', active: true } }));
  assert.deepEqual(change, { fields: ['role'], before: { role: 'analyst' }, after: { role: 'ciso' } });
});

test('a field that appears or goes is a change', () => {
  const { change } = entryOf(record({ before: { a: 1 }, after: { b: [2] } }));
  assert.deepEqual(change, { fields: ['a', 'b'], before: { a: 1 }, after: { b: [2] } });
});

test('names that sound like secrets keep their name only, at any depth', () => {
  const { change } = entryOf(record({ after: { password: 'hunter2', nested: { apiKey: 'k', access_token: 't', port: 1 } } }));
  assert.deepEqual(change?.after, { password: '[hidden]', nested: { apiKey: '[hidden]', access_token: '[hidden]', port: 1 } });
});

test('too much for a line leaves the values out and says so', () => {
  const { change } = entryOf(record({ after: Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`f${n}`, 'x'.repeat(1500)])) }));
  assert.equal(change?.omitted, 'too-large');
  assert.equal(change?.fields.length, 30);
  assert.equal(change?.after, undefined);
});

test('the address is not in the entry', () => {
  assert.doesNotMatch(canonicalJson(entryOf(record(undefined))), /198\.51/);
});

test('time is UTC with microseconds', () => {
  // 1,777,629,600 s after 1970 is 2026-05-01 10:00:00 UTC (date -u -d @1777629600).
  assert.equal(microTime(given.now), '2026-05-01T10:00:00.000500Z');
});

test('an id carries its moment and version 7', () => {
  const id = entryId(1_777_629_600_000);
  assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16), 1_777_629_600_000);
});

test('whatever a slice or a caller hands over becomes an entry that fits its line', () => {
  const anything = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withNullPrototype: true,
    withSparseArray: true,
    withTypedArray: true,
  });
  // Any code points; fast-check's own unit for that builds a table of a million signs first.
  const point = fc.oneof(fc.nat({ max: 127 }), fc.nat({ max: 0xd7ff }), fc.integer({ min: 0xe000, max: 0x10ffff }));
  const anyText = fc.array(point, { maxLength: 400 }).map((points) => String.fromCodePoint(...points));
  fc.assert(
    fc.property(anything, anything, anyText, (before, after, id) => {
      const entry = entryOf({ action: 'x.y', resource: { type: 'x', id }, outcome: 'done', change: { before, after } });
      PendingEntry.parse(JSON.parse(canonicalJson(entry)));
      assert.ok(Buffer.byteLength(canonicalJson(entry)) < maxLineBytes - 1000);
    }),
    { numRuns: 200 },
  );
});

test('a value nested 100,000 deep is cut, not followed', () => {
  let deep: unknown = 1;
  for (let level = 0; level < 100_000; level += 1) deep = { deep };
  assert.ok(canonicalJson(entryOf(record({ after: deep }))).includes('[deeper values left out]'));
});

test('what is personal is taken out of the line and handed over to be sealed, whole and under its subject', () => {
  const change = { before: { owner: 'a@example.com', state: 'open' }, after: { owner: 'b@example.com', state: 'closed' } };
  const { entry, parts } = draftEntry({ ...record(change), resource: { type: 'ai-assets', id: 'x' } }, context, given);
  assert.deepEqual(entry.change, {
    fields: ['owner', 'state'],
    before: { owner: '[sealed]', state: 'open' },
    after: { owner: '[sealed]', state: 'closed' },
  });
  assert.deepEqual(parts, [
    { purpose: 'request', subject: context.actor.id, values: { address: '198.51.100.23', userAgent: null } },
    { purpose: 'values', subject: context.actor.id, values: { before: { owner: 'a@example.com' }, after: { owner: 'b@example.com' } } },
  ]);
});

test('values about a person belong to that person, the address to who acts', () => {
  const { parts } = draftEntry({ ...record({ after: { name: 'Ada' } }), resource: { type: 'users', id: 'person-2' } }, context, given);
  assert.deepEqual(
    parts.map(({ purpose, subject }) => [purpose, subject]),
    [
      ['request', context.actor.id],
      ['values', 'person-2'],
    ],
  );
});

test('before anybody is signed in, the address belongs to the account that was named', () => {
  const anonymous: Context = { ...context, actor: { ...context.actor, id: 'anonymous' } };
  const [part] = draftEntry({ ...record(undefined), resource: { type: 'users', id: 'person-3' } }, anonymous, given).parts;
  assert.equal(part?.subject, 'person-3');
});

test('a name or an id that is itself a mail address does not stand in the line', () => {
  const { entry, parts } = draftEntry(
    { ...record({ after: { list: { 'c@example.com': 1 } } }), resource: { type: 'x', id: 'd@example.com' } },
    context,
    given,
  );
  assert.doesNotMatch(canonicalJson(entry), /@/);
  assert.match(canonicalJson(parts[1]?.values), /c@example\.com.*d@example\.com/);
});
