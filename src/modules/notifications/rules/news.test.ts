import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import type { Context } from '../../../contract/actor.ts';
import type { StoredEvent } from '../../../contract/event.ts';
import { type Permission, resources } from '../../../contract/permission.ts';
import { handle } from '../../../platform/http/handle.ts';
import { getAlert, type SecurityAlert } from '../../security-alerts/contract.ts';
import {
  addDestination,
  addRule,
  changeAddress,
  changeDestination,
  getDestination,
  listDeliveries,
  listDestinations,
  listRules,
  removeDestination,
  removeRule,
  replaceRule,
  sendMessage,
} from '../contract.ts';
import { subscriptions } from '../jobs.ts';
import { refused, TestNotifications, testSecret } from '../test-notifications.ts';
import { accepted, HttpReceiver } from '../testing/http-receiver.ts';

describe('news, rules and storms', () => {
  let notifications: TestNotifications;
  let there: HttpReceiver;
  const alerts = new Map<string, SecurityAlert>();
  const ends: (() => Promise<void>)[] = [];
  const own = { after: (end: () => Promise<void>) => void ends.unshift(end) };
  before(async () => {
    const played = handle(getAlert, ({ id }) => alerts.get(id) ?? assert.fail('no such alert'), { transaction: 'none' });
    notifications = await TestNotifications.open(own, [played]);
    there = await new HttpReceiver(() => accepted).open();
    own.after(() => there.close());
    notifications.allow(there.port);
  });
  after(async () => {
    for (const end of ends) await end();
  });

  const seen = (name: string): string[] => there.taken.filter(({ path }) => path === `/${name}`).map(({ body }) => JSON.parse(body).text);
  async function person(name: string, more: object = {}): Promise<string> {
    const address = { channel: 'slack' as const, webhookUrl: `${there.url}/${name}` };
    return (await notifications.ask(addDestination, { name, address, ...more })).id;
  }
  /** As the consumer of events hands it on. */
  async function raised(facts: Partial<SecurityAlert> & Pick<SecurityAlert, 'severity' | 'title'>): Promise<void> {
    const alert = { ...plainAlert(), id: randomUUID(), ...facts };
    alerts.set(alert.id, alert);
    const { id: alertId, severity, title, assetId, assetName, vulnerabilityId, count, lastAt: at } = alert;
    const event = { id: randomUUID() } as StoredEvent;
    const [subscription] = subscriptions;
    const context = system();
    await notifications.run(
      () =>
        subscription?.handle({ alertId, severity, title, assetId, assetName, vulnerabilityId, count, at }, event, context) ?? assert.fail(),
      context,
    );
  }
  const system = (): Context => {
    const { actor, ...context } = notifications.base.context();
    return {
      ...context,
      actor: { ...actor, permissions: new Set(resources.flatMap((one): Permission[] => [`${one}:read`, `${one}:update`])) },
    };
  };

  test('nothing leaves before a rule says so; then an alert arrives as five lines', async () => {
    await raised({ severity: 'high', title: 'Before any rule' });
    assert.equal((await notifications.all()).length, 0);
    const id = await person('lines');
    const rule = await notifications.ask(addRule, {
      name: 'grave',
      severities: ['critical', 'high'],
      categories: ['evasion'],
      destinationIds: [id],
    });
    await raised({ severity: 'high', title: 'Other category', category: 'poisoning' });
    await raised({ severity: 'low', title: 'Too low' });
    await raised({ severity: 'high', title: 'Crafted input <!channel>', assetName: 'churn-model', source: 'adversarial-detection' });
    await raised({ severity: 'critical', title: 'Raised by ourselves', source: 'notifications' });
    await notifications.deliverUntil(() => seen('lines').length === 1);
    const [body] = there.taken.filter(({ path }) => path === '/lines').map((one) => JSON.parse(one.body));
    const text = JSON.stringify(body);
    for (const line of [
      '*What*',
      '*Where*\\nchurn-model',
      '*How bad*\\nHigh, evasion',
      '*Done so far*',
      'https://spm.example.test/security-alerts?peek=',
    ])
      assert.ok(text.includes(line), line);
    assert.ok(!text.includes('<!channel>'));
    await notifications.ask(removeRule, { id: rule.id });
  });

  test('a storm reaches a person as a few messages with the critical one first, and every alert is behind a link', async () => {
    const id = await person('storm');
    const rule = await notifications.ask(addRule, { name: 'storm', destinationIds: [id] });
    for (let index = 0; index < 150; index += 1)
      await raised({ severity: index === 149 ? 'critical' : 'medium', title: `Alert ${index}`, fingerprint: `f${index}` });
    await notifications.deliverUntil(async () => (await notifications.ask(getDestination, { id })).waiting === 0, { mostMs: 8000 });
    const texts = seen('storm');
    assert.match(texts[0] ?? '', /^Critical: Alert 149/);
    // A bucket of 8: the critical one, six others by name, and the rest as one digest.
    assert.equal(texts.length, 8);
    const [digest = assert.fail()] = await notifications.all({ destination: id, event: 'digest' });
    assert.equal(digest.digestSize, 143);
    assert.equal((await notifications.ask(listDeliveries, { digest: digest.id, state: 'acknowledged', limit: 1 })).total, 143);
    assert.ok(texts.some((text) => text.includes(`/notifications/deliveries?digest=${digest.id}`)));
    await notifications.ask(removeRule, { id: rule.id });
  });

  test('repeats of a fingerprint wait for the digest; what is graver or hits another asset does not', async () => {
    const id = await person('repeats', { storm: { coalesce: true, perMinute: 600, burst: 100 } });
    const rule = await notifications.ask(addRule, { name: 'repeats', destinationIds: [id] });
    const assets = [randomUUID(), randomUUID()] as const;
    for (let index = 0; index < 4; index += 1)
      await raised({ severity: 'medium', title: `Same ${index}`, fingerprint: 'same', assetId: assets[0] });
    await raised({ severity: 'high', title: 'Graver', fingerprint: 'same', assetId: assets[0] });
    await raised({ severity: 'medium', title: 'Elsewhere', fingerprint: 'same', assetId: assets[1] });
    await raised({ severity: 'medium', title: 'Other technique', fingerprint: 'same', assetId: assets[0], technique: ['AML.T0043'] });
    await notifications.deliverUntil(() => seen('repeats').length === 4);
    const held = (await notifications.all({ destination: id, state: 'queued' })).map(({ title, held: why }) => [title, why]);
    assert.deepEqual(held.sort(), [
      ['Same 1', 'repeat'],
      ['Same 2', 'repeat'],
      ['Same 3', 'repeat'],
    ]);
    await notifications.base.owner.query('update notifications.outbox set next_at = now() where held is not null');
    await notifications.deliverUntil(() => seen('repeats').length === 5);
    assert.match(seen('repeats')[4] ?? '', /^Medium: 3 messages: 3 medium/);
    await notifications.ask(removeRule, { id: rule.id });
  });

  test('quiet hours hold back what is not critical, and let it go as one message', async () => {
    const hour = new Date(Date.now() + 3_600_000).toISOString().slice(11, 16);
    const quiet = {
      zone: 'UTC',
      from: new Date(Date.now() - 3_600_000).toISOString().slice(11, 16),
      to: hour,
      days: [1, 2, 3, 4, 5, 6, 7],
    };
    const id = await person('asleep', { quiet });
    const rule = await notifications.ask(addRule, { name: 'asleep', destinationIds: [id] });
    await raised({ severity: 'high', title: 'Waits', fingerprint: 'w' });
    await raised({ severity: 'low', title: 'Waits too', fingerprint: 'v' });
    await raised({ severity: 'critical', title: 'Wakes', fingerprint: 'x' });
    await notifications.deliverUntil(() => seen('asleep').length === 1);
    assert.match(seen('asleep')[0] ?? '', /^Critical: Wakes/);
    const waiting = await notifications.all({ destination: id, state: 'queued' });
    assert.deepEqual(
      waiting.map(({ held }) => held),
      ['quiet', 'quiet'],
    );
    const end = Date.parse(waiting[0]?.nextAt ?? '') - Date.now();
    assert.ok(end > 3_400_000 && end <= 3_600_000, `${end} ms`);
    await notifications.ask(removeRule, { id: rule.id });
  });

  test('a slice sends to destinations it names; the same event id puts nothing more in', async () => {
    const id = await person('named');
    const draft = {
      event: 'escalate',
      severity: 'high' as const,
      title: 'Level 2',
      destinationIds: [id],
      incidentId: randomUUID(),
      eventId: randomUUID(),
    };
    const [first, again] = [
      await notifications.ask(sendMessage, draft, notifications.person('analyst')),
      await notifications.ask(sendMessage, draft),
    ];
    assert.deepEqual(again, first);
    await assert.rejects(
      notifications.ask(sendMessage, { ...draft, eventId: randomUUID(), destinationIds: [randomUUID()] }),
      refused('notifications.messageDestinationUnknown'),
    );
    await assert.rejects(notifications.ask(sendMessage, draft, notifications.person('auditor')), refused('request.forbidden'));
  });

  test('a secret comes in and never goes out; another place wants it again; an address inside is refused', async () => {
    const address = { channel: 'webhook' as const, url: `${there.url}/hook`, signingSecret: testSecret(3) };
    const made = await notifications.ask(addDestination, { name: 'secretive', address });
    assert.deepEqual([made.secrets, Object.keys(made.settings)], [['signingSecret'], ['url']]);
    const all = JSON.stringify([made, await notifications.ask(listDestinations, {}), notifications.audited]);
    assert.ok(!all.includes(testSecret(3).slice(8)));
    await assert.rejects(
      notifications.ask(changeAddress, { id: made.id, address: { channel: 'webhook', url: `${there.url}/elsewhere` } }),
      refused('notifications.secretNeeded'),
    );
    const turned = await notifications.ask(changeAddress, { id: made.id, address: { ...address, signingSecret: testSecret(4) } });
    assert.ok(Date.parse(turned.rotatingUntil ?? '') > Date.now());
    for (const url of [
      'http://hooks.example.test/',
      'https://127.0.0.1/',
      'https://10.0.0.1/',
      'https://169.254.169.254/',
      'https://[::ffff:10.0.0.1]/',
    ])
      await assert.rejects(
        notifications.ask(addDestination, { name: `inside ${url}`, address: { ...address, url } }),
        { status: 422 },
        url,
      );
    assert.ok([addDestination, changeAddress, removeDestination].every(({ stepUp }) => stepUp));
  });

  test('roles and workspaces are kept apart, versions are compared, and what rules use stays', async () => {
    const id = await person('kept');
    const rule = await notifications.ask(addRule, { name: 'kept', destinationIds: [id] });
    for (const role of ['engineer', 'auditor', 'compliance_officer'] as const)
      await assert.rejects(
        notifications.ask(changeDestination, { id, enabled: false }, notifications.person(role)),
        refused('request.forbidden'),
      );
    await assert.rejects(notifications.ask(removeDestination, { id }, notifications.person('ciso')), refused('request.forbidden'));
    const other = notifications.person('admin', notifications.base.otherWorkspaceId);
    await assert.rejects(notifications.ask(getDestination, { id }, other), refused('notifications.destinationNotFound'));
    assert.deepEqual(
      [(await notifications.ask(listRules, {}, other)).total, (await notifications.ask(listDeliveries, {}, other)).total],
      [0, 0],
    );
    await assert.rejects(
      notifications.ask(addRule, { name: 'foreign', destinationIds: [id] }, other),
      refused('notifications.destinationUnknown'),
    );
    await assert.rejects(notifications.ask(removeDestination, { id }), refused('notifications.destinationInUse'));
    await assert.rejects(notifications.ask(changeDestination, { id, version: 9, enabled: false }), refused('request.conflict'));
    const { id: ruleId, destinations: _destinations, createdAt: _created, updatedAt: _updated, ...draft } = rule;
    const changed = await notifications.ask(replaceRule, { ...draft, id: ruleId, name: 'kept by another name' });
    assert.deepEqual([changed.version, changed.destinations[0]?.name], [2, 'kept']);
    await notifications.ask(removeRule, { id: ruleId });
    await notifications.ask(removeDestination, { id });
    await assert.rejects(notifications.ask(getDestination, { id }), refused('notifications.destinationNotFound'));
  });
});

const at = '2026-05-01T00:00:00.000Z';
/** What the alerts slice answers; only what matters here is told apart. */
function plainAlert(): SecurityAlert {
  const nobody = {
    assetId: null,
    assetName: null,
    vulnerabilityId: null,
    vulnerabilityNumber: null,
    detectionId: null,
    assigneeId: null,
    assigneeName: null,
  };
  const untouched = {
    incidentId: null,
    incidentNumber: null,
    correlatedWith: [],
    resolution: null,
    acknowledgedBy: null,
    acknowledgedByName: null,
    acknowledgedAt: null,
  };
  const open = { closedByName: null, closedAt: null, closeCause: null, note: '', createdAt: at, updatedAt: at, version: 1 };
  return {
    ...{
      id: '',
      title: '',
      description: '',
      severity: 'medium',
      detectedSeverity: 'medium',
      state: 'new',
      status: 'open',
      category: 'evasion',
    },
    ...{
      technique: ['AML.T0015'],
      evidence: {},
      fingerprint: 'f',
      occurrences: 1,
      firstSeenAt: at,
      lastSeenAt: at,
      source: 'test',
      count: 1,
      firstAt: at,
      lastAt: at,
    },
    ...nobody,
    ...untouched,
    ...open,
  };
}
