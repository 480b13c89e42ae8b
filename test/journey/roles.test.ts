/** Every endpoint × every role (and nobody): what the matrix allows is answered, what it does not is refused. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { z } from 'zod';
import { endpoints } from '../../src/apps/contracts.generated.ts';
import type { Endpoint } from '../../src/contract/endpoint.ts';
import { Role } from '../../src/contract/permission.ts';
import { permissionsOf } from '../../src/modules/identity/people/permission-matrix.ts';
import { forEachAtOnce, Person } from '../person.ts';
import type { RunningPlatform } from '../running-platform.ts';
import { sharedPlatform } from '../shared-platform.ts';

describe('endpoints by role', { timeout: 600_000 }, () => {
  let platform: RunningPlatform;
  const people = new Map<Role, Person>();
  const id = '0190a000-0000-7000-8000-000000000001';

  before(async () => {
    const shared = await sharedPlatform();
    const { admin } = shared;
    platform = shared.platform;
    people.set('admin', admin);
    const Invitation = z.object({ token: z.string() });
    for (const role of Role.options.filter((word) => word !== 'admin')) {
      const { token } = await admin.must(Invitation, 'POST', '/api/users/invitations', { email: `${role}@example.com`, role });
      const person = new Person(platform.url);
      await person.must(z.unknown(), 'POST', '/api/register', {
        email: `${role}@example.com`,
        name: role,
        password: 'a long quiet sentence 71',
        invitation: token,
      });
      people.set(role, person);
    }
  });

  /** Sign-out and the like would end the test's own session. */
  const leavesMeOut = new Set([
    '/api/logout',
    '/api/sessions',
    '/api/sessions/:id',
    '/api/login',
    '/api/register',
    '/api/user/password',
    '/api/user/provider-sign-out',
    '/api/events',
  ]);
  const product = endpoints.filter((endpoint) => endpoint.door === 'product' && !leavesMeOut.has(endpoint.path));

  async function ask(person: Person, endpoint: Endpoint, address: string): Promise<number> {
    const path = endpoint.path.replace(/:\w+/g, id);
    // An input nothing accepts: who may gets 404 or 422, who may not is refused before the input is looked at.
    const body =
      endpoint.method === 'GET' || endpoint.method === 'DELETE' ? undefined : endpoint.kind === 'upload' ? 'x' : { 'no such field': true };
    // Some may be asked six times a minute from one address: each person has another one.
    const { status } = await person.ask(endpoint.method, path, body, { 'x-forwarded-for': address });
    return status;
  }

  test('there are endpoints to check', () => assert.ok(product.length > 40, `${product.length} endpoints`));

  test('without a session everything but the public endpoints answers 401', async () => {
    await forEachAtOnce(product, async (endpoint) => {
      const status = await ask(new Person(platform.url), endpoint, '192.0.2.1');
      if (endpoint.access === 'public') assert.notEqual(status, 401, `${endpoint.method} ${endpoint.path}`);
      else assert.equal(status, 401, `${endpoint.method} ${endpoint.path}`);
    });
  });

  for (const role of Role.options) {
    test(`as ${role}, each endpoint answers as the matrix says`, async () => {
      const person = people.get(role);
      assert.ok(person);
      await answersAsTheMatrixSays(role, (endpoint) => ask(person, endpoint, `192.0.2.${10 + Role.options.indexOf(role)}`));
    });
  }

  // What a role may do was asked above with sessions; a key and a token of all that a role may do differ in one thing: nothing that
  // needs a fresh proof of a person. One role each: the rest of the way of a request is the same for all.
  for (const [role, credential] of [
    ['ciso', 'an API key'],
    ['analyst', 'an access token'],
  ] as const) {
    test(`with ${credential} of the ${role}, each endpoint answers as the matrix says, and none that asks for a person`, async () => {
      const person = people.get(role);
      assert.ok(person);
      const scopes = [...permissionsOf(role)];
      const Key = z.object({ key: z.string() });
      const { key } = await person.must(Key, 'POST', '/api/keys', { name: 'All that I may', scopes });
      const bearer = new Person(platform.url, key);
      const Tokens = z.object({ accessToken: z.string() });
      const shown = credential === 'an API key' ? key : (await bearer.must(Tokens, 'POST', '/api/auth/token', {})).accessToken;
      await answersAsTheMatrixSays(
        role,
        (endpoint) => ask(new Person(platform.url, shown), endpoint, `198.51.100.${1 + Role.options.indexOf(role)}`),
        {
          asksForPersons: false,
        },
      );
    });
  }

  async function answersAsTheMatrixSays(
    role: Role,
    asked: (endpoint: Endpoint) => Promise<number>,
    { asksForPersons = true } = {},
  ): Promise<void> {
    const allowed = permissionsOf(role);
    await forEachAtOnce(product, async (endpoint) => {
      const { access, stepUp } = endpoint;
      const status = await asked(endpoint);
      const label = `${role}: ${endpoint.method} ${endpoint.path} (${access}) answered ${status}`;
      const isOpen = access === 'public' || access === 'signed-in';
      assert.ok(status < 500, label);
      if (access === 'service') assert.equal(status, 403, label);
      else if (!isOpen && !allowed.has(access)) assert.equal(status, 403, label);
      else if (!asksForPersons && stepUp) assert.equal(status, 403, label);
      else assert.notEqual(status, 401, label);
      if (access !== 'service' && !isOpen && allowed.has(access) && endpoint.method === 'GET' && !stepUp)
        assert.notEqual(status, 403, label);
    });
  }
});
