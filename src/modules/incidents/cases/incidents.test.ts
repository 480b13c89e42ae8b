import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, test } from 'node:test';
import { assertTablesMatchDatabase } from '../../../platform/database/table-match.ts';
import { publish } from '../../../platform/events/publish.ts';
import { blockChanged } from '../../adversarial-detection/contract.ts';
import { requestAct } from '../acts/act.ts';
import * as contract from '../contract.ts';
import { plan } from '../respond.ts';
import * as tables from '../table.ts';
import { ada, bob, refused, settings, TestResponse } from '../test-response.ts';
import { considerAlert, reasonToOpen } from './alert-rules.ts';

const owned = { severity: 'high' as const };
const words = 'Nothing but a test of ours.';

describe('incidents', () => {
  let world: TestResponse;
  before(async () => {
    world = await TestResponse.open({ after: (release) => releases.push(release) });
  });
  const releases: (() => Promise<void>)[] = [];
  test.after(async () => {
    for (const release of releases.toReversed()) await release();
  });

  const consider = (alertId: string) => world.run(() => considerAlert(alertId));
  const list = (input = {}) => world.ask(contract.listIncidents, input);
  const opened = async (extra: Parameters<TestResponse['alert']>[0] = {}): Promise<contract.Incident> => {
    const alert = world.alert({ ...owned, assetId: world.asset(), assetName: 'claims-2025', ...extra });
    await consider(alert.id);
    const [found] = (await list({ asset_id: alert.assetId ?? '' })).items;
    assert.ok(found);
    return found;
  };
  const change = (id: string, fields: object, person = ada) => world.ask(contract.changeIncident, { id, ...fields }, person);
  const timeline = async (id: string) => (await world.ask(contract.incidentTimeline, { id })).items.map(({ text }) => text).toReversed();

  test('the tables match the migration', async () => {
    const { counter, incident, incidentAlert, timeline: trail, act, quarantine, quarantinePoint, releaseApproval, timer } = tables;
    const { enforcementPoint, playbook, playbookRun, escalationPolicy, onCallSchedule, onCallOverride } = tables;
    await assertTablesMatchDatabase(world.base.owner, [
      ...[counter, incident, incidentAlert, trail, act, quarantine, quarantinePoint, releaseApproval, timer],
      ...[enforcementPoint, playbook, playbookRun, escalationPolicy, onCallSchedule, onCallOverride],
    ]);
  });

  test('a grave alert opens an incident, a later one of the same asset and kind joins it, one of another kind does not', async () => {
    const incident = await opened();
    const { assetId } = incident;
    const more = world.alert({ assetId, assetName: 'claims-2025', severity: 'critical' });
    const other = world.alert({ assetId, assetName: 'claims-2025', category: 'extraction', severity: 'low' });
    await consider(more.id);
    await consider(other.id);
    const [joined, ...rest] = (await list({ asset_id: assetId ?? '' })).items;
    assert.equal(rest.length, 0);
    assert.deepEqual([joined?.alertCount, joined?.severity, joined?.detectedSeverity, joined?.state], [2, 'critical', 'critical', 'open']);
    assert.equal(world.alerts.get(more.id)?.incidentId, incident.id);
    assert.equal(world.alerts.get(other.id)?.incidentId, null);
    await consider(more.id);
    assert.equal((await list({ asset_id: assetId ?? '' })).items[0]?.alertCount, 2);
  });

  test('below the threshold an incident needs as many alerts as configured', () => {
    const reason = (severity: 'high' | 'medium', occurrences: number) => reasonToOpen({ severity, occurrences }, settings) !== null;
    assert.deepEqual([reason('high', 1), reason('medium', 2), reason('medium', 3)], [true, false, true]);
    const strict = { ...settings, incidentAtSeverity: 'critical' as const };
    // Something that escalates must be something that can be acknowledged.
    assert.notEqual(reasonToOpen({ severity: 'high', occurrences: 1 }, strict), null);
  });

  test('nobody looks: every level is called in its order, late ones say by how much, and acknowledging takes the rest back', async () => {
    const incident = await opened();
    const [promised] = await world.rows<{ ms: number }>(
      `select extract(epoch from due_at - created_at)::float8 * 1000 as ms from incidents.timer where subject_id = $1 and kind = 'escalate'`,
      [incident.id],
    );
    assert.ok(Math.abs((promised?.ms ?? 0) - settings.escalateAfterMs) < 50);
    await world.pass('escalate');
    const once = await world.ask(contract.getIncident, { id: incident.id });
    assert.deepEqual([once.escalationLevel, once.countdowns.filter(({ kind }) => kind === 'escalate').map(({ level }) => level)], [1, [2]]);
    const [act] = (await world.ask(contract.listActs, { incident_id: incident.id, action: 'escalate' })).items;
    assert.equal(act?.state, 'in_force');
    const seen = await world.ask(contract.acknowledgeIncident, { id: incident.id });
    assert.deepEqual([seen.state, seen.assigneeId], ['investigating', ada]);
    await world.pass('escalate');
    assert.equal((await world.ask(contract.getIncident, { id: incident.id })).escalationLevel, 1);
    const late = (await world.ask(contract.incidentTimeline, { id: incident.id })).items.find(({ kind }) => kind === 'escalation');
    assert.ok((late?.lateByMs ?? 0) >= 5);
    assert.equal(world.alerts.size > 0 && [...world.alerts.values()].find((one) => one.incidentId === incident.id)?.state, 'acknowledged');
  });

  test('a note stands in the timeline, and whoever looks at the incident hears of it without what it says', async () => {
    const incident = await opened();
    const entry = await world.ask(contract.addNote, { id: incident.id, text: 'The key was theirs.' });
    assert.equal((await timeline(incident.id)).at(-1), 'The key was theirs.');
    const told = await world.rows<{ payload: unknown }>(
      "select payload from platform.outbox where type = 'incidents.noted' and payload->>'incidentId' = $1",
      [incident.id],
    );
    assert.deepEqual(told, [{ payload: { incidentId: incident.id, entryId: entry.id } }]);
  });

  test('one that becomes grave when an alert joins is escalated from then on, and is first told as opened', async () => {
    const assetId = world.asset();
    const weak = { assetId, assetName: 'claims-2025', severity: 'medium' as const };
    const repeated = world.alert({ ...weak, count: settings.incidentAfterAlerts.count });
    await consider(repeated.id);
    const [incident] = (await list({ asset_id: assetId })).items;
    assert.ok(incident);
    const promised = async () => (await world.ask(contract.getIncident, { id: incident.id })).countdowns.map(({ kind }) => kind);
    assert.deepEqual(await promised(), []);
    await consider(world.alert({ ...weak, severity: 'high' }).id);
    assert.deepEqual(await promised(), ['escalate']);
    const told = await world.rows<{ type: string }>(
      `select type from platform.outbox where type like 'incidents.%' and payload->>'incidentId' = $1 and payload ? 'number' order by id`,
      [incident.id],
    );
    assert.deepEqual(
      told.map(({ type }) => type),
      ['incidents.opened', 'incidents.changed'],
    );
  });

  test('acknowledged in time nobody is called, and the act says so', async () => {
    const incident = await opened();
    await world.ask(contract.acknowledgeIncident, { id: incident.id });
    await world.pass('escalate');
    const [act] = (await world.ask(contract.listActs, { incident_id: incident.id, action: 'escalate' })).items;
    assert.equal(act?.state, 'skipped');
    assert.equal((await world.ask(contract.getIncident, { id: incident.id })).escalationLevel, 0);
  });

  test('an attack is answered by blocks that the incident takes over, contains it, is resolved, closed and sealed', async () => {
    const detectionId = randomUUID();
    const incident = await opened({ detectionId, evidence: { clientId: 'tenant-17' } });
    const { id } = incident;
    const request = (action: string, parameters: Record<string, string>) =>
      world.ask(contract.requestAct, { id, action, parameters, reason: words });
    const act = await request('block-client', { clientId: 'tenant-17', modelId: 'fraud' });
    assert.deepEqual([act.state, world.blocks.size], ['in_force', 1]);
    assert.equal((await request('block-client', { clientId: 'tenant-17', modelId: 'fraud' })).id, act.id, 'the same key asks once');

    world.away.add('blocks');
    const failed = await request('block-client', { clientId: 'tenant-18', modelId: 'fraud' });
    world.away.delete('blocks');
    assert.equal(failed.state, 'failed');
    await assert.rejects(change(id, { status: 'investigating' }), refused('assigneeMissing'));
    await world.ask(contract.acknowledgeIncident, { id });
    await assert.rejects(change(id, { status: 'contained' }), refused('notContained'));
    await world.ask(contract.waiveAct, { id, actId: failed.id, reason: 'That client is ours.' });
    assert.equal((await change(id, { status: 'contained' })).state, 'contained');
    await assert.rejects(change(id, { status: 'resolved' }), refused('rootCauseMissing'));
    const resolved = await change(id, { status: 'resolved', rootCause: 'A key had leaked.' });
    assert.equal([...world.alerts.values()].find((one) => one.incidentId === id)?.closeCause, 'true-positive');
    await assert.rejects(change(id, { version: resolved.version - 1, title: 'Another' }), refused('staleVersion'));
    await world.pass('incident-close');
    const closed = await world.ask(contract.getIncident, { id });
    assert.equal(closed.state, 'closed');
    assert.match(closed.digest ?? '', /^[0-9a-f]{64}$/);
    const sealed = world.audited.find((record) => record.action === 'incidents.incident.closed' && record.resource.id === id);
    assert.equal((sealed?.change?.after as { timelineSha256?: string })?.timelineSha256, closed.digest);

    assert.deepEqual(
      world.recorded(id).filter((action) => action.startsWith('incident.')),
      ['incident.open', 'incident.investigating', 'incident.contained', 'incident.resolved', 'incident.closed'],
      'each transition leaves one record',
    );
    assert.deepEqual(world.recorded(act.id), ['act.planned', 'act.executing', 'act.in_force']);
    assert.deepEqual(world.recorded(failed.id), ['act.planned', 'act.executing', 'act.failed']);
  });

  test('an act that was committed after its incident had looked for it is taken over all the same', async () => {
    const detectionId = randomUUID();
    const incident = await opened({ detectionId });
    const act = await world.run(() =>
      requestAct({
        ...{ action: 'block-client', parameters: { clientId: 'late', modelId: 'fraud' }, reason: words, severity: 'high' },
        ...{ incidentId: null, detectionId, deadlineMs: 100 },
      }),
    );
    assert.equal(act.incidentId, null);
    await world.settle();
    const acts = await world.ask(contract.listActs, { incident_id: incident.id });
    assert.ok(acts.items.some(({ id }) => id === act.id));
  });

  test('the same alert brings a resolved incident back within thirty days, and somebody is called again', async () => {
    const fingerprint = 'f'.repeat(64);
    const incident = await opened({ fingerprint });
    const { id } = incident;
    await world.ask(contract.acknowledgeIncident, { id });
    for (const step of [{ status: 'contained' }, { status: 'resolved', rootCause: words }]) await change(id, step);
    const again = world.alert({ fingerprint, assetId: incident.assetId, assetName: 'claims-2025' });
    await consider(again.id);
    const back = await world.ask(contract.getIncident, { id });
    assert.deepEqual([back.state, back.reopenCount, back.alertCount, back.acknowledgedAt], ['investigating', 1, 2, null]);
    await world.pass('escalate');
    assert.equal((await world.ask(contract.getIncident, { id })).escalationLevel, 1);
    await world.pass('incident-close');
    assert.equal((await world.ask(contract.getIncident, { id })).state, 'investigating');
    await world.rows(
      `update incidents.incident set state = 'closed', closed_at = now() - interval '31 days', resolved_at = now() - interval '33 days' where id = $1`,
      [id],
    );
    await assert.rejects(change(id, { status: 'investigating', reason: words }), refused('tooOldToReopen'));
  });

  test('a critical incident is a false positive when two persons say so; what was done is taken back', async () => {
    const { id } = await opened({ severity: 'critical' });
    const act = await world.ask(contract.requestAct, { id, action: 'block-client', parameters: { clientId: 'tenant-19' }, reason: words });
    await assert.rejects(change(id, { status: 'false_positive' }), refused('reasonMissing'));
    assert.equal((await change(id, { status: 'false_positive', reason: words })).state, 'open');
    await assert.rejects(change(id, { status: 'false_positive', reason: words }), refused('ownSecondPerson'));
    assert.equal((await change(id, { status: 'false_positive', reason: words }, bob)).state, 'false_positive');
    const [undone] = (await world.ask(contract.listActs, { incident_id: id, action: 'block-client' })).items;
    assert.deepEqual([undone?.id, undone?.state], [act.id, 'reverted']);
    assert.deepEqual(world.recorded(act.id).slice(-2), ['act.reverting', 'act.reverted']);
  });

  test('merging and splitting carry alerts along and can be taken back', async () => {
    const [first, second] = [await opened(), await opened()];
    const merged = await world.ask(contract.mergeIncidents, { id: first.id, incidentIds: [second.id], reason: words });
    assert.equal(merged.alertCount, 2);
    await assert.rejects(world.ask(contract.acknowledgeIncident, { id: second.id }), refused('merged'));
    const [alert] = [...world.alerts.values()].filter(({ assetId }) => assetId === second.assetId);
    assert.equal(alert?.incidentId, first.id);
    const back = await world.ask(contract.unmergeIncident, { id: second.id });
    assert.deepEqual([back.alertCount, back.mergedInto, world.alerts.get(alert?.id ?? '')?.incidentId], [1, null, second.id]);

    await world.ask(contract.mergeIncidents, { id: first.id, incidentIds: [second.id] });
    await assert.rejects(world.ask(contract.splitIncident, { id: first.id, alertIds: [randomUUID()] }), refused('notItsAlert'));
    const apart = await world.ask(contract.splitIncident, { id: first.id, alertIds: [alert?.id ?? ''] });
    assert.deepEqual([apart.alertCount, world.alerts.get(alert?.id ?? '')?.incidentId], [1, apart.id]);
    assert.ok((await timeline(first.id)).some((text) => text.includes(`INC-${apart.number}`)));
  });

  test('an act that needs approval waits for somebody else than who asked', async () => {
    const { id } = await opened();
    const asked = { id, action: 'block-client', parameters: { clientId: 'tenant-20' }, reason: words, needsApproval: true };
    const act = await world.ask(contract.requestAct, asked);
    assert.equal(act.state, 'awaiting_approval');
    await assert.rejects(world.ask(contract.approveAct, { id, actId: act.id, reason: words }), refused('ownApproval'));
    assert.equal((await world.ask(contract.approveAct, { id, actId: act.id, reason: words }, bob)).state, 'in_force');
    await world.pass('act-expiry');
    assert.equal((await world.ask(contract.listActs, { incident_id: id, action: 'block-client' })).items[0]?.state, 'expired');
  });

  test('a block that is lifted where it stands takes its act along, and the incident says by whom and why', async () => {
    const detectionId = randomUUID();
    const { id } = await opened({ detectionId });
    const ask = (clientId: string) =>
      world.ask(contract.requestAct, { id, action: 'block-client', parameters: { clientId }, reason: words });
    const [lifted, own] = [await ask('tenant-21'), await ask('tenant-22')];
    await world.ask(contract.revertAct, { id, actId: own.id, reason: words });
    const blockOf = ({ outcome }: contract.Act) => String(outcome['blockId']);
    const news = { kind: 'client' as const, state: 'lifted' as const, byId: ada, reason: 'It is the tester.' };
    for (const blockId of [blockOf(lifted), blockOf(own)]) await world.run(() => publish(blockChanged, { blockId, ...news }));
    // Screening set this one by itself, and no act rests on it.
    await world.run(() => publish(blockChanged, { blockId: randomUUID(), ...news, kind: 'input', detectionId }));
    await world.settle();
    const { items } = await world.ask(contract.listActs, { incident_id: id, action: 'block-client' });
    assert.deepEqual(
      items.map(({ state }) => state),
      ['reverted', 'reverted'],
    );
    assert.deepEqual(world.recorded(lifted.id).slice(-2), ['act.reverting', 'act.reverted']);
    assert.equal((await world.rows(`select 1 from incidents.timer where subject_id = $1 and state = 'pending'`, [lifted.id])).length, 0);
    const said = (await timeline(id)).filter((text) => text.includes('It is the tester.'));
    assert.deepEqual(said.toSorted(), [
      'Lifted by Person 0190: Block the client tenant-21 on every model. It is the tester.',
      'The block of the input was lifted by Person 0190. It is the tester.',
    ]);
  });

  test('the thresholds contain what is compromised and never the victim', () => {
    const news = {
      kind: 'model-evasion' as const,
      severity: 'medium' as const,
      assetId: randomUUID(),
      clientId: 'c',
      inputSha256: 'a'.repeat(64),
    };
    const acts = (extra: object, at: Parameters<typeof plan>[2] = { assetType: 'model', modelId: 'm' }) =>
      plan({ ...news, ...extra }, settings, at).map(({ action }) => action);
    assert.deepEqual(acts({}), ['block-input'], 'one flagged input shuts nobody out');
    assert.deepEqual(acts({ severity: 'high' }), ['block-input', 'block-client']);
    assert.deepEqual(acts({ inputSha256: null }), ['block-client'], 'a stream of queries has no one input');
    assert.deepEqual(acts({ severity: 'low' }), []);
    assert.deepEqual(acts({ clientId: null }), ['block-input']);
    assert.deepEqual(
      acts({ severity: 'high' }, { assetType: 'model', modelId: null }),
      ['block-input'],
      'no model: the client is not shut out everywhere',
    );
    assert.deepEqual(acts({ severity: 'critical', kind: 'data-poisoning' }), [], 'a model is not quarantined for its poisoned data');
    assert.deepEqual(acts({ severity: 'high', kind: 'data-poisoning' }, { assetType: 'dataset', modelId: null }), ['quarantine-asset']);
    assert.deepEqual(acts({ severity: 'medium', kind: 'data-poisoning' }, { assetType: 'dataset', modelId: null, trainedOnIt: ['m'] }), []);
    assert.deepEqual(acts({ severity: 'critical', kind: 'federated-update' }), []);
  });

  test('a playbook takes its steps one by one, waits for approval, and goes on where it was', async () => {
    const { id } = await opened({ evidence: { clientId: 'tenant-21' } });
    await world.fire();
    const runs = () => world.ask(contract.listRuns, { id });
    const [waiting] = (await runs()).items;
    assert.deepEqual([waiting?.key, waiting?.state, waiting?.step], ['evading-client', 'waiting', 0]);
    const actId = waiting?.steps[0]?.actId ?? '';
    const count = world.sent.length;
    await world.ask(contract.approveAct, { id, actId, reason: words }, bob);
    await world.fire();
    const [done] = (await runs()).items;
    assert.deepEqual([done?.state, done?.steps.map(({ actState }) => actState)], ['done', ['in_force', 'in_force']]);
    assert.equal(world.sent.length, count + 1);
    await world.fire();
    assert.equal(world.sent.length, count + 1, 'no step is taken twice');
  });

  test('a playbook of the workspace is checked, tried on last week, run and kept by version', async () => {
    const text = [
      'id: ours',
      'title: Ours',
      'says: For a test.',
      'when: { category: [nothing-like-it] }',
      'steps: [{ action: notify, parameters: { text: Hello } }]',
      'examples: { matches: [{ category: nothing-like-it, severity: low }], ignores: [{ category: other, severity: low }] }',
    ].join('\n');
    await assert.rejects(world.ask(contract.savePlaybook, { key: 'other', text }), refused('playbookInvalid'));
    await assert.rejects(
      world.ask(contract.savePlaybook, { key: 'ours', text: text.replace('notify', 'nothing') }),
      refused('playbookInvalid'),
    );
    const saved = await world.ask(contract.savePlaybook, { key: 'ours', text });
    assert.deepEqual([saved.origin, saved.version], ['workspace', 1]);
    await assert.rejects(world.ask(contract.savePlaybook, { key: 'ours', text, version: 0 }), refused('staleVersion'));
    await world.ask(contract.switchPlaybook, { key: 'ours', enabled: false });
    assert.equal((await world.ask(contract.switchPlaybook, { key: 'ours', enabled: false })).version, 2, 'said twice it is one change');
    assert.equal((await world.ask(contract.savePlaybook, { key: 'ours', text })).enabled, false, 'another text switches nothing on');
    await world.ask(contract.switchPlaybook, { key: 'ours', enabled: true });
    world.alert({ category: 'nothing-like-it', severity: 'low', title: 'Seen last week' });
    const tried = await world.ask(contract.dryRunPlaybook, { text });
    assert.deepEqual(
      tried.matched.map(({ title, steps }) => [title, steps.map(({ action }) => action)]),
      [['Seen last week', ['Notify']]],
    );
    const { id } = await opened();
    assert.equal((await world.ask(contract.runPlaybook, { id, key: 'ours' })).state, 'running');
    await world.fire();
    const run = (await world.ask(contract.listRuns, { id })).items.find(({ key }) => key === 'ours');
    assert.equal(run?.state, 'done');
    assert.equal((await world.ask(contract.removePlaybook, { key: 'ours' })).removed, true);
    await assert.rejects(world.ask(contract.removePlaybook, { key: 'evading-client' }), refused('playbookShipped'));
  });

  test('in simulation acts, playbooks and escalation are written down and not done', async () => {
    world.settings = { ...settings, simulate: true };
    const blocked = world.blocks.size;
    const { id } = await opened({ evidence: { clientId: 'tenant-22' } });
    const act = await world.ask(contract.requestAct, { id, action: 'block-client', parameters: { clientId: 'tenant-22' }, reason: words });
    assert.deepEqual([act.state, act.simulated], ['skipped', true]);
    await world.pass('escalate');
    world.settings = settings;
    assert.deepEqual([world.sent.filter(({ incidentId }) => incidentId === id).length, world.blocks.size], [0, blocked]);
    const acts = (await world.ask(contract.listActs, { incident_id: id })).items;
    assert.ok(acts.length >= 4 && acts.every(({ state, simulated }) => state === 'skipped' && simulated));
    assert.equal((await world.ask(contract.getIncident, { id })).escalationLevel, 0);
  });

  test('people of another workspace see none of it', async () => {
    const context = world.base.context(world.base.otherWorkspaceId);
    const { items } = await world.run(async () => (await import('./incident-store.ts')).listIncidentRows({}, {}), context);
    assert.deepEqual(items, []);
  });
});
