import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import type { Context } from '../contract/actor.ts';
import type { Reading } from '../contract/endpoint.ts';
import type { Permission } from '../contract/permission.ts';
import { withContext } from './ambient.ts';
import { type AuditRecord, installAuditSink } from './audit.ts';
import { askedOf, noteReading } from './audit-reading.ts';

const records: AuditRecord[] = [];
afterEach(() => {
  records.length = 0;
});
let readers = 0;
/** Somebody nobody has seen before: what was noted stays for a minute. */
function reader(permissions: readonly Permission[] = []): Context {
  readers += 1;
  const actor = { kind: 'user', id: `reader-${readers}`, workspaceId: 'w', role: 'analyst', permissions: new Set(permissions) } as const;
  return { actor, traceId: 't', signal: new AbortController().signal, address: null, userAgent: null };
}
const endpoint = (reading: Reading, path: `/${string}` = '/api/people') =>
  ({ method: 'GET', path, tag: 'people', operation: 'list', reading }) as const;
const write = async (context: Context, work: () => Promise<void>): Promise<void> => {
  installAuditSink(async (record) => void records.push(record));
  await withContext(context, work);
};

test('an entry repeats what the contract says and the ids of the path, and names the rest without its words', () => {
  const asked = { id: 'a', role: ['admin'], q: 'nora', cursor: 'c', limit: 50, page: 2, per_page: 20, offset: 100, active: undefined };
  assert.deepEqual(askedOf(endpoint({ repeats: ['role', 'active'] }, '/api/people/:id'), asked), {
    id: 'a',
    role: ['admin'],
    withheld: ['q'],
  });
  assert.deepEqual(askedOf(endpoint({}), { role: ['admin'] }), { withheld: ['role'] });
  assert.deepEqual(askedOf(endpoint({}), undefined), {});
});

test('pages and words are one reading, another question is another, and each reader has their own', async () => {
  const her = reader();
  const list = endpoint({ repeats: ['role'] });
  for (const input of [{}, { limit: 5 }, { cursor: 'x' }, { q: 'no' }, { q: 'nora' }, { role: 'admin' }, { role: 'admin', page: 2 }])
    await noteReading(list, input, her, write);
  await noteReading(list, {}, reader(), write);
  assert.deepEqual(
    records.map(({ change }) => change?.after),
    [{}, { withheld: ['q'] }, { role: 'admin' }, {}],
  );
  assert.deepEqual(records[0]?.resource, { type: 'people', id: null });
  assert.deepEqual([records[0]?.action, records[0]?.outcome], ['people.list', 'allowed']);
});

test('things of one path are told apart, and stand as the resource', async () => {
  const her = reader();
  const one = endpoint({ action: 'people.read-values', resource: 'person' }, '/api/people/:id');
  for (const id of ['a', 'b', 'a']) await noteReading(one, { id }, her, write);
  assert.deepEqual(
    records.map(({ action, resource }) => [action, resource.type, resource.id]),
    [
      ['people.read-values', 'person', 'a'],
      ['people.read-values', 'person', 'b'],
    ],
  );
});

test('who is shown it masked leaves no entry', async () => {
  const values = endpoint({ shownTo: 'data-quality:read-values' });
  await noteReading(values, {}, reader(['data-quality:read']), write);
  assert.equal(records.length, 0);
  await noteReading(values, {}, reader(['data-quality:read-values']), write);
  assert.equal(records.length, 1);
});

test('what cannot be recorded is refused, and recorded the next time', async () => {
  const her = reader();
  const broken = async (): Promise<void> => {
    throw new TypeError('no room');
  };
  await assert.rejects(noteReading(endpoint({}), {}, her, broken), /no room/);
  await noteReading(endpoint({}), {}, her, write);
  assert.equal(records.length, 1);
});
