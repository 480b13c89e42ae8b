import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type EntryLine, leafOf, lineOf, type PendingEntry } from '../entry.ts';
import { canonicalJson } from './canonical-json.ts';
import { type Placing, placeLine } from './place-line.ts';

const workspace = '0190a0b0-0000-7000-8000-000000000001';
const pending: PendingEntry = {
  v: 1,
  id: '0190a0b0-0000-7000-8000-000000000007',
  time: '2026-05-01T10:00:00.000000Z',
  actor: { kind: 'user', id: 'somebody', roles: ['admin'] },
  action: 'ai-assets.update',
  resource: { type: 'ai-assets', id: null },
  outcome: 'done',
  request: { trace: 't', process: 'gateway' },
};
const placing: Placing = { workspace, index: 12, prev: 'ab'.repeat(32), time: '2026-05-01T09:00:00.000000Z', regressed: false };

/** The line as it is defined: the canonical text of all members. */
function expected(record: PendingEntry, { index, prev, time, regressed }: Placing): Buffer {
  const moment = time < record.time ? record.time : time;
  const entry: EntryLine = { ...record, workspace, index, prev, time: moment, ...(regressed ? { clock: 'regressed' } : {}) };
  return lineOf(entry);
}

test('a placed record is the canonical line of all its members, whatever it says', () => {
  // Half of them plain: those are cut out of the bytes, others are read.
  const words = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }).map((word) => word.toWellFormed()),
    fc.stringMatching(/^[a-z0-9.:/ -]{0,30}$/),
  );
  const records = fc.record(
    {
      action: words,
      reason: words,
      outcome: fc.constantFrom('done', 'denied', 'failed', 'allowed'),
      actor: fc.record({ kind: words, id: words, roles: fc.array(words, { maxLength: 3 }) }),
      resource: fc.record({ type: words, id: fc.option(words) }),
      request: fc.record(
        { trace: words, process: words, endpoint: words, method: fc.constant('GET') },
        { requiredKeys: ['trace', 'process'] },
      ),
      change: fc.record({ fields: fc.array(words, { maxLength: 3 }), after: fc.jsonValue({ maxDepth: 3 }) }),
    },
    { requiredKeys: [] },
  );
  const placings = fc.record({
    index: fc.nat(),
    prev: fc.constant(placing.prev),
    time: fc.constantFrom(placing.time, '2026-06-01T09:00:00.000000Z'),
    regressed: fc.boolean(),
  });
  fc.assert(
    fc.property(records, placings, (some, given) => {
      let payload: Buffer;
      const record = { ...pending, ...some } as PendingEntry;
      try {
        payload = Buffer.from(canonicalJson(record), 'utf8');
      } catch {
        return;
      }
      if (payload.includes('"__proto__"')) return;
      const { line, leaf, entry } = placeLine(payload, { ...given, workspace });
      assert.equal(line.toString('utf8'), expected(record, { ...given, workspace }).toString('utf8'));
      assert.equal(leaf, leafOf(line));
      // What the columns get is what the line says.
      const said: EntryLine = JSON.parse(line.toString('utf8'));
      const columnsOf = ({ index, id, time, action, outcome, reason, actor, resource, request }: typeof entry) => [
        [index, id, time, action, outcome, reason, actor.id, actor.kind],
        [resource.type, resource.id, request.endpoint, request.trace],
      ];
      assert.deepEqual(columnsOf(entry), columnsOf(said));
    }),
    { numRuns: 200 },
  );
});

test('a record with a member too many, a form that is not canonical or a broken time has no place', () => {
  const text = canonicalJson(pending);
  for (const bad of [text.replace('"v":1', '"v":2'), text.replace('"v":1', '"v":1,"w":1'), text.replace('T10', 'X10'), text.slice(1)])
    assert.throws(() => placeLine(Buffer.from(bad), placing), bad);
});
