/** Engineers who are held to the assets of their own department, over the doors of a running platform: every endpoint that edits an asset. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { z } from 'zod';
import { endpoints } from '../../src/apps/contracts.generated.ts';
import type { Endpoint } from '../../src/contract/endpoint.ts';
import { Person } from '../person.ts';
import { sharedPlatform } from '../shared-platform.ts';

const Made = z.object({ id: z.string() });
const Sheet = z.object({ rejected: z.number(), rows: z.array(z.object({ outcome: z.string(), reason: z.string().nullable() })) });
const rule = '/api/settings/departments';
const acts = new Set(['ai-assets:create', 'ai-assets:update', 'ai-assets:delete']);
const editing = endpoints.filter(({ ofDepartment }) => ofDepartment);

/** What asks another endpoint to edit an asset, which judges. */
const passesOn = new Set(['discovery.register']);

test('every endpoint that needs a right to edit assets judges departments', () => {
  const forgotten = endpoints.filter(({ access, method, ofDepartment, tag, operation }) => {
    return method !== 'GET' && acts.has(access) && !ofDepartment && !passesOn.has(`${tag}.${operation}`);
  });
  assert.deepEqual(
    forgotten.map(({ method, path }) => `${method} ${path}`),
    [],
  );
});

describe('an engineer held to a department', { timeout: 120_000 }, () => {
  let admin: Person;
  const bearers: [string, Person][] = [];
  let theirs = '';
  let ours = '';

  before(async () => {
    const shared = await sharedPlatform();
    admin = shared.admin;
    const invited = { email: 'held@example.com', role: 'engineer', department: 'Fraud' };
    const { token } = await admin.must(z.object({ token: z.string() }), 'POST', '/api/users/invitations', invited);
    const engineer = new Person(shared.platform.url);
    const password = 'a long quiet sentence 72';
    await engineer.must(z.unknown(), 'POST', '/api/register', { email: invited.email, name: 'Held', password, invitation: token });
    engineer.password = password;
    const scopes = ['ai-assets:read', 'ai-assets:create', 'ai-assets:update'];
    const { key } = await engineer.must(z.object({ key: z.string() }), 'POST', '/api/keys', { name: 'Assets', scopes });
    const byKey = new Person(shared.platform.url, key);
    const { accessToken } = await byKey.must(z.object({ accessToken: z.string() }), 'POST', '/api/auth/token', {});
    bearers.push(['a session', engineer], ['an API key', byKey], ['an access token', new Person(shared.platform.url, accessToken)]);
    theirs = (await admin.must(Made, 'POST', '/api/ai-assets', { name: 'Held: theirs', type: 'model', department: 'Credit' })).id;
    ours = (await admin.must(Made, 'POST', '/api/ai-assets', { name: 'Held: ours', type: 'model', department: 'fraud' })).id;
    await admin.must(z.unknown(), 'PATCH', rule, { ownOnly: true });
  });
  after(() => admin.must(z.unknown(), 'PATCH', rule, { ownOnly: false }));

  /** How each endpoint is asked to edit the asset of another department; the roles' own test shows that an engineer may not retire. */
  async function attempt(person: Person, { operation, method, path }: Endpoint): Promise<unknown> {
    const own = path.replace(':id', theirs);
    const bodies: Readonly<Record<string, object>> = {
      register: { name: 'Held: new', type: 'model', department: 'Credit' },
      replace: { name: 'Held: theirs', type: 'model', department: 'Credit', owner: 'Eve' },
      change: { owner: 'Eve' },
      restore: {},
      claim: { owner: 'Eve' },
      'claim-many': { ids: [theirs], owner: 'Eve' },
      'add-dependency': { assetId: ours, kind: 'calls' },
    };
    if (operation === 'import') {
      const csv = `id,name,type,owner\n${theirs},Held: theirs,model,Eve\n`;
      const { body } = await person.send('POST', `${path}?format=csv&dry_run=false`, csv);
      return Sheet.parse(body).rows.map(({ outcome, reason }) => [outcome, /own department, Fraud/.test(reason ?? '')]);
    }
    if (operation === 'remove-dependency') {
      const edge = await admin.must(Made, 'POST', `/api/ai-assets/${theirs}/dependencies`, { assetId: ours, kind: 'reads' });
      const answer = await person.ask(method, own.replace(':dependencyId', edge.id));
      await admin.must(z.unknown(), method, own.replace(':dependencyId', edge.id));
      return codeOf(answer);
    }
    const body = bodies[operation];
    const answer = await person.ask(method, own, body);
    if (operation !== 'claim-many') return codeOf(answer);
    return z
      .object({ refused: z.array(z.object({ code: z.string() })) })
      .parse(answer.body)
      .refused.map(({ code }) => code);
  }
  const codeOf = ({ status, body }: { status: number; body: unknown }): unknown[] => {
    return [status, z.object({ code: z.string() }).catch({ code: 'none' }).parse(body).code];
  };

  test('changes nothing of another department by any endpoint, with session, key and token', async () => {
    const expected = (operation: string): unknown => {
      if (operation === 'retire') return [403, 'request.forbidden'];
      if (operation === 'claim-many') return ['department.other'];
      return operation === 'import' ? [['rejected', true]] : [403, 'department.other'];
    };
    for (const [what, person] of bearers)
      for (const endpoint of editing)
        assert.deepEqual(await attempt(person, endpoint), expected(endpoint.operation), `${endpoint.operation} with ${what}`);
    const { body } = await admin.ask('GET', `/api/ai-assets/${theirs}`);
    assert.deepEqual(z.object({ owner: z.null(), version: z.number() }).parse(body), { owner: null, version: 1 });
  });

  test('changes what is of their own, and what was refused is in the audit log', async () => {
    for (const [what, person] of bearers) {
      const { status } = await person.ask('PATCH', `/api/ai-assets/${ours}`, { owner: what });
      assert.equal(status, 200, what);
    }
    const Entries = z.object({ items: z.array(z.object({ outcome: z.string(), reason: z.string().nullable() }).loose()) });
    const { items } = await admin.must(Entries, 'GET', `/api/audit-logs?action=ai-assets.change&resource_id=${theirs}&outcome=denied`);
    assert.ok(items.some(({ reason }) => reason === 'department.other'));
  });

  test('changes anything again from the next request on when the rule is taken back', async () => {
    await admin.must(z.unknown(), 'PATCH', rule, { ownOnly: false });
    for (const [what, person] of bearers) {
      const { status } = await person.ask('PATCH', `/api/ai-assets/${theirs}`, { owner: what });
      assert.equal(status, 200, what);
    }
  });
});
