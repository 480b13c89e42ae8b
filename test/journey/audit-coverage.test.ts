/** Every endpoint that changes something is asked once, by name and by trace: each must have left an entry. And no line tells a secret. */
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { endpoints } from '../../src/apps/contracts.generated.ts';
import type { Endpoint } from '../../src/contract/endpoint.ts';
import { looksPersonal } from '../../src/modules/audit-logs/sealed/personal.ts';
import { findSecrets } from '../../src/modules/discovery/evidence/secret.ts';
import { Person } from '../person.ts';
import { sharedPlatform } from '../shared-platform.ts';

/** Endpoints that are no GET and name no audit action, each for a reason. A new one needs a reason here. */
const withoutAction: Readonly<Record<string, readonly string[]>> = {
  'asks something that needs a body; nothing is changed': [
    'POST /api/data-quality/validation-rules/suggest',
    'POST /api/data-quality/validation-rules/test',
    'POST /api/incidents/playbooks/check',
    'POST /api/incidents/playbooks/dry-run',
    'POST /api/risk/what-if',
    'POST /api/sign-in-providers/role-preview',
    'POST /api/vulnerabilities/bulk/preview',
  ],
  'of one slice for another, inside a request that is recorded': [
    'POST /api/advisories/lookup',
    'POST /api/ai-assets/find-by-key',
    'POST /api/notifications/mail',
    'POST /api/risk/priorities',
    'POST /api/vulnerabilities/summarise-fixes',
  ],
  'writes its entries itself: who it is about is known only inside': [
    'POST /api/auth/oidc/:slug/back-channel-logout',
    'POST /api/auth/refresh',
    'POST /api/auth/revoke',
    'POST /api/auth/saml/:slug/acs',
    'POST /api/auth/saml/:slug/slo',
    'POST /api/auth/token',
    'POST /api/login',
    'POST /api/login/factor',
    'POST /api/login/passkey',
    'POST /api/password-reset',
    'POST /api/password-reset/finish',
    'POST /api/register',
    'POST /api/session/verify',
    'POST /api/user/email',
    'POST /api/user/email/stop',
    'POST /api/user/passkeys',
    'POST /api/user/password',
  ],
  'gives a challenge, which changes nothing by itself': [
    'POST /api/login/factor/options',
    'POST /api/login/passkey/options',
    'POST /api/session/verify/options',
    'POST /api/user/passkeys/options',
  ],
  'bytes of an upload, whose beginning and use are recorded': [
    'PUT /api/data-quality/uploads/:id/content',
    'PUT /api/model-scanner/uploads/:id/content',
  ],
  'too many for entries: each verdict is kept as a detection': [
    'POST /api/adversarial-detection/screen',
    'POST /api/adversarial-detection/traffic',
    'POST /api/guard/:name/infer',
  ],
  'a delivery report of a provider, kept with the delivery': ['POST /api/notifications/callbacks/sms/:id'],
};
/** They end the session that asks: asked by nobody, they leave a refusal. */
const endsSessions = /^\/api\/(logout|sessions|user\/)/;

const Entries = z.object({
  items: z.array(z.looseObject({ action: z.string(), outcome: z.string(), request: z.object({ traceId: z.string() }) })),
  nextCursor: z.string().nullable(),
});
type Entry = z.infer<typeof Entries>['items'][number];

describe('the audit log of everything', { timeout: 300_000 }, () => {
  const name = ({ method, path }: Endpoint): string => `${method} ${path}`;
  const changing = endpoints.filter(({ door, audit }) => door === 'product' && audit !== false);
  const traces = new Map<string, string>();
  let entries: Entry[] = [];

  before(async () => {
    const { platform, admin } = await sharedPlatform();
    const nobody = new Person(platform.url);
    for (const [at, endpoint] of changing.entries()) {
      const trace = (0xa0d17 * 2 ** 24 + at).toString(16).padStart(32, '0');
      traces.set(name(endpoint), trace);
      const { method, path, kind } = endpoint;
      const body = method === 'GET' || method === 'DELETE' ? undefined : kind === 'upload' ? 'x' : { 'no such field': true };
      const who = endsSessions.test(path) ? nobody : admin;
      await who.ask(method, path.replace(/:\w+/g, '0190a000-0000-7000-8000-000000000001'), body, {
        traceparent: `00-${trace}-0000000000000001-01`,
      });
    }
    // A record finds its place within a quarter of a second.
    await sleep(1000);
    let cursor: string | null = null;
    do {
      const page: z.infer<typeof Entries> = await admin.must(
        Entries,
        'GET',
        `/api/audit-logs?limit=500${cursor === null ? '' : `&cursor=${cursor}`}`,
      );
      entries = [...entries, ...page.items];
      cursor = page.nextCursor;
    } while (cursor !== null);
  });

  test('there are endpoints to ask', () => assert.ok(changing.length > 60, `${changing.length} endpoints`));

  test('every endpoint that changes something left an entry, whoever asked and however it ended', () => {
    const seen = new Set(entries.map(({ request }) => request.traceId));
    assert.deepEqual(
      changing.map(name).filter((one) => !seen.has(traces.get(one) ?? '')),
      [],
    );
  });

  test('an endpoint that is no GET and names no action has a reason here', () => {
    const reasons = new Set(Object.values(withoutAction).flat());
    const silent = endpoints.filter(({ door, method, audit }) => door === 'product' && method !== 'GET' && audit === false);
    assert.deepEqual(
      silent.map(name).filter((one) => !reasons.has(one)),
      [],
    );
  });

  test('the start of each process and the migrations stand in the log', () => {
    const actions = new Set(entries.map(({ action }) => action));
    for (const action of ['platform.start', 'platform.migrate']) assert.ok(actions.has(action), action);
  });

  test('no line holds a secret, a mail address or an address of a machine', () => {
    assert.deepEqual(findSecrets(JSON.stringify(entries)), []);
    const personal = entries.filter((entry) => looksPersonal(JSON.stringify(entry)));
    assert.deepEqual(personal.slice(0, 5), []);
  });

  test('no file of any log holds a password, a session, a key or a token, whatever was asked until now', async () => {
    const { platform, admin } = await sharedPlatform();
    const folder = join(platform.dataDirectory, 'logs');
    const files = await readdir(folder);
    assert.ok(files.length > 3, `${files.length} files`);
    const ours = [
      /aispm_session=[\w-]{20}/,
      /aispm_[a-z0-9]{12}_[\w-]{43}/,
      /eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{20}/,
      /#(?:confirm|stop)\.[\w-]{40}/,
    ];
    for (const file of files) {
      const text = await readFile(join(folder, file), 'utf8');
      assert.deepEqual(findSecrets(text), [], file);
      assert.ok(admin.password !== null && !text.includes(admin.password), `${file} holds a password`);
      for (const shape of ours) assert.doesNotMatch(text, shape, file);
    }
  });
});
