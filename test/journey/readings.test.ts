/** Reads of personal data, of values and exports: which endpoints must leave an entry, and that at the door they do. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { endpoints } from '../../src/apps/contracts.generated.ts';
import type { Endpoint } from '../../src/contract/endpoint.ts';
import { sharedPlatform } from '../shared-platform.ts';

const product = endpoints.filter(({ door }) => door === 'product');
const name = ({ method, path }: Endpoint): string => `${method} ${path}`;
const isRecorded = ({ audit, reading }: Endpoint): boolean => audit !== false || reading !== false;

/** Fields by which a person is reached or recognised, or by what they use. */
const personal = /^(e?mail|phone|mobile|address|addresses|lastUsedAddress|userAgent|user_agent|recipients?)$/i;
/** Answers with such fields that leave no entry, each for a reason. A new one needs a reason here. */
const unrecorded: Readonly<Record<string, readonly string[]>> = {
  'one’s own account': [
    'GET /api/sessions',
    'GET /api/tokens',
    'GET /api/user',
    'GET /api/user/email',
    'GET /api/user/sign-ins',
    'POST /api/login',
    'POST /api/login/factor',
    'POST /api/login/passkey',
    'POST /api/register',
  ],
  'addresses of programs of a provider, and names of claims': ['GET /api/sign-in-providers', 'GET /api/sign-in-providers/:id'],
};

/** Names of all fields of an answer, however deep. */
function fieldsOf({ output, kind }: Endpoint): string[] {
  if (kind !== 'json') return [];
  const found = new Set<string>();
  const look = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return;
    for (const [key, value] of Object.entries(part)) {
      if (key === 'properties' && typeof value === 'object' && value !== null) for (const field of Object.keys(value)) found.add(field);
      look(value);
    }
  };
  look(z.toJSONSchema(output, { unrepresentable: 'any', io: 'output' }));
  return [...found];
}

test('who answers an address, a phone number or a device of people says so in the contract, or why not here', () => {
  const open = product.filter((endpoint) => !isRecorded(endpoint) && fieldsOf(endpoint).some((field) => personal.test(field)));
  assert.deepEqual(open.map(name).sort(), Object.values(unrecorded).flat().sort());
});

test('every download of a person is recorded, but what is public', () => {
  const open = product.filter((endpoint) => endpoint.kind === 'file' && !isRecorded(endpoint) && endpoint.access !== 'public');
  assert.deepEqual(open.map(name), []);
});

test('a reading is declared of reads alone, and by one of both ways', () => {
  const odd = product.filter(({ reading, audit, access, method }) => {
    return reading !== false && (audit !== false || method !== 'GET' || access === 'public' || access === 'service');
  });
  assert.deepEqual(odd.map(name), []);
});

const Entries = z.object({ items: z.array(z.object({ action: z.string(), request: z.object({ traceId: z.string() }) })) });

describe('the log of readings', { timeout: 60_000 }, () => {
  test('each declared list leaves one entry for two pages of it', async () => {
    const { admin } = await sharedPlatform();
    const lists = product.filter(({ reading, path }) => reading !== false && !path.includes(':'));
    assert.ok(lists.length >= 6, `${lists.length} lists`);
    const traces = new Map<string, string>();
    for (const [at, endpoint] of lists.entries()) {
      // Others may have asked the plain question as the same person less than a minute ago: words nobody looked for make another one.
      const repeats = endpoint.reading === false ? [] : (endpoint.reading.repeats ?? []);
      const words = 'shape' in endpoint.input && 'q' in Object(endpoint.input.shape) ? 'q=zzz&' : '';
      for (const limit of [1, 2]) {
        const trace = (0xbead * 2 ** 24 + at * 16 + limit).toString(16).padStart(32, '0');
        traces.set(trace, name(endpoint));
        const { status } = await admin.ask('GET', `${endpoint.path}?${words}limit=${limit}`, undefined, {
          traceparent: `00-${trace}-0000000000000001-01`,
        });
        assert.equal(status, 200, `${name(endpoint)} ${repeats.join()}`);
      }
    }
    // A record finds its place within a quarter of a second.
    await sleep(600);
    const { items } = await admin.must(Entries, 'GET', '/api/audit-logs?limit=500&outcome=allowed');
    const seen = items.flatMap(({ request }) => traces.get(request.traceId) ?? []);
    assert.equal(new Set(seen).size, seen.length, 'the second page is no second reading');
    const known = new Set(items.map(({ action }) => action));
    for (const endpoint of lists) {
      const action = (endpoint.reading !== false && endpoint.reading.action) || `${endpoint.tag}.${endpoint.operation}`;
      assert.ok(known.has(action), `${name(endpoint)} left no ${action}`);
    }
  });
});
