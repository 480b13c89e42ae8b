import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import type { InputOf } from '../../contract/endpoint.ts';
import { assertTablesMatchDatabase } from '../../platform/database/table-match.ts';
import type { FileAnswer } from '../../platform/http/handle.ts';
import * as contract from './contract.ts';
import { harmlessMatrix } from './engine/planted-round.ts';
import { rowOf } from './engine/update-matrix.ts';
import { readUpdate, writeRow } from './reading/read-update.ts';
import { writeSafetensors } from './reading/safetensors.ts';
import { npyOf, zipOf } from './reading/test-archive.ts';
import { roundTable, updateTable } from './table.ts';
import { TestFederated } from './test-federated.ts';
import { updateFolder } from './update-files.ts';

const parameters = 200;
const tensorOf = (values: Float32Array): Buffer => writeSafetensors([{ name: 'weight', shape: [values.length], values }]);
const numbersOf = (bytes: Buffer): Float32Array => {
  const { update } = readUpdate(bytes);
  const row = new Float32Array(update.tensors[0]?.count ?? 0);
  writeRow(update, row);
  return row;
};

describe('rounds of federated learning', () => {
  let federated: TestFederated;
  const ends: (() => Promise<void>)[] = [];
  before(async () => {
    federated = await TestFederated.open({ after: (end) => void ends.unshift(end) });
  });
  after(async () => {
    for (const end of ends) await end();
  });

  const open = (extra: Partial<InputOf<typeof contract.createRound>> = {}) =>
    federated.ask(contract.createRound, {
      modelId: `model-${randomUUID()}`,
      round: 1,
      assumedMalicious: 2,
      rule: 'trimmed-mean',
      ...extra,
    });
  const send = (id: string, clientId: string, body: Buffer) => federated.ask(contract.addUpdate, { id, clientId, samples: 10 }, { body });
  /** Ten harmless clients, in npz and safetensors. */
  async function filled(extra: Parameters<typeof open>[0] = {}, seed = 3) {
    const round = await open(extra);
    const matrix = harmlessMatrix({ clients: 11, parameters, seed });
    for (let i = 0; i < 10; i++) {
      const values = rowOf(matrix, i).slice();
      const body = i === 0 ? zipOf([['weight.npy', npyOf('<f4', `(${parameters},)`, values), 8]]) : tensorOf(values);
      await send(round.id, `client-${i}`, body);
    }
    return { round, matrix };
  }
  const events = async (type: string) => {
    const { rows } = await federated.base.owner.query<{ payload: Record<string, unknown> }>(
      'select payload from platform.outbox where type = $1 order by id desc',
      [type],
    );
    return rows.map(({ payload }) => payload);
  };

  test('the tables match the migration', async () => {
    await assertTablesMatchDatabase(federated.base.owner, [roundTable, updateTable]);
  });

  test('a round is opened, filled, judged and aggregated; who attacked is left out, told and kept', async () => {
    const { round, matrix } = await filled();
    await send(round.id, 'boosted', tensorOf(rowOf(matrix, 10).map((x) => 50 * x)));
    await send(round.id, 'broken', tensorOf(Float32Array.from({ length: parameters }, () => Number.NaN)));
    await send(round.id, 'other-model', tensorOf(new Float32Array(3).fill(1)));
    const closed = await federated.ask(contract.closeRound, { id: round.id });
    assert.deepEqual([closed.decision, closed.severity, closed.state], ['threat', 'high', 'closed']);
    const excluded = new Map(
      closed.verdicts.flatMap(({ clientId, verdict, reasons }) => (verdict === 'excluded' ? [[clientId, reasons[0]?.check] as const] : [])),
    );
    assert.deepEqual(
      excluded,
      new Map([
        ['boosted', 'norm'],
        ['broken', 'finite'],
        ['other-model', 'shape'],
      ]),
    );
    const detail = await federated.ask(contract.getRound, { id: round.id });
    assert.deepEqual(
      [detail.excluded, detail.items.length, detail.items.find(({ clientId }) => clientId === 'broken')?.verdict],
      [3, 13, 'excluded'],
    );
    const [news] = await events('federated-learning.judged');
    assert.deepEqual(
      ((news?.['excluded'] ?? []) as { clientId: string }[]).map(({ clientId }) => clientId),
      ['boosted', 'broken', 'other-model'],
    );
    assert.equal(federated.audited.at(-1)?.action, 'federated-learning.close-round');
    await assert.rejects(send(round.id, 'late', tensorOf(rowOf(matrix, 1).slice())), { code: 'federated-learning.closed', status: 409 });

    // k = f = 2 of ten: the middle six of each coordinate.
    const answer = (await federated.ask(contract.downloadAggregate, { id: round.id })) as FileAnswer;
    const bytes = await buffer(Readable.from(answer.body));
    const column = Array.from({ length: 10 }, (_, i) => rowOf(matrix, i)[7] as number).sort((a, b) => a - b);
    const expected = column.slice(2, 8).reduce((sum, x) => sum + x, 0) / 6;
    assert.ok(Math.abs((numbersOf(bytes)[7] as number) - expected) < 1e-6);
  });

  test('the round before is remembered: its aggregate sent again is no work, and clients have a history', async () => {
    const { round } = await filled({ modelId: 'remembered' }, 5);
    const first = await federated.ask(contract.closeRound, { id: round.id });
    assert.equal(first.decision, 'no-threat');
    const answer = (await federated.ask(contract.downloadAggregate, { id: round.id })) as FileAnswer;
    const before = numbersOf(await buffer(Readable.from(answer.body)));
    const { round: next } = await filled({ modelId: 'remembered', round: 2 }, 6);
    await send(next.id, 'echo', tensorOf(before.map((x) => 0.9 * x)));
    const second = await federated.ask(contract.closeRound, { id: next.id });
    const echo = second.verdicts.find(({ clientId }) => clientId === 'echo');
    assert.deepEqual([echo?.verdict, echo?.reasons.some(({ check }) => check === 'free-rider')], ['excluded', true]);
    const { items } = await federated.ask(contract.listClients, { model: 'remembered' });
    assert.deepEqual(
      [items[0]?.clientId, items[0]?.excluded, items.find(({ clientId }) => clientId === 'client-3')?.rounds],
      ['echo', 1, 2],
    );
  });

  test('a rule whose condition fails is refused with 422; the round stays open and another rule closes it', async () => {
    const { round } = await filled({ rule: 'bulyan' });
    await assert.rejects(federated.ask(contract.closeRound, { id: round.id }), { code: 'federated-learning.fewUpdates', status: 422 });
    assert.equal((await federated.ask(contract.getRound, { id: round.id })).state, 'open');
    await assert.rejects(federated.ask(contract.closeRound, { id: round.id, rule: 'fltrust' }), { code: 'federated-learning.rootMissing' });
    assert.equal((await federated.ask(contract.closeRound, { id: round.id, rule: 'krum' })).aggregate?.chosen.length, 1);
    // Nothing of the refused tries is left on disk: ten updates and one aggregate of this round are.
    const files = await readdir(updateFolder(federated.base.workspaceId));
    assert.equal(files.filter((name) => name.endsWith('.part')).length, 0);
  });

  test('an undecided round is decided once the server adds its own update', async () => {
    const round = await open({ rule: 'median' });
    const matrix = harmlessMatrix({ clients: 12, parameters, seed: 9 });
    for (let i = 0; i < 12; i++) {
      const values = rowOf(matrix, Math.min(i, 5)).map((x) => (i < 5 ? x : -x * (1 + i / 1000)));
      await send(round.id, `client-${i}`, tensorOf(values));
    }
    const alone = await federated.ask(contract.closeRound, { id: round.id });
    assert.deepEqual([alone.decision, alone.state, alone.aggregate], ['insufficient-evidence', 'undecided', null]);
    await assert.rejects(federated.ask(contract.downloadAggregate, { id: round.id }), { code: 'federated-learning.noAggregate' });
    await federated.ask(contract.putRootUpdate, { id: round.id }, { body: tensorOf(matrix.shared) });
    const led = await federated.ask(contract.closeRound, { id: round.id });
    assert.deepEqual([led.decision, led.state, led.aggregated.length], ['threat', 'closed', 5]);
  });

  test('bytes that are no update, nothing, and a client twice are refused and leave no file', async () => {
    const round = await open();
    const before = (await readdir(updateFolder(federated.base.workspaceId))).length;
    await assert.rejects(send(round.id, 'a', Buffer.from('80049500000000', 'hex')), { code: 'federated-learning.unreadable', status: 422 });
    await assert.rejects(send(round.id, 'a', Buffer.alloc(0)), { code: 'federated-learning.empty' });
    await assert.rejects(federated.ask(contract.addUpdate, { id: round.id }, { body: tensorOf(Float32Array.of(1)) }), {
      code: 'federated-learning.clientMissing',
    });
    await send(round.id, 'a', tensorOf(Float32Array.of(1)));
    await assert.rejects(send(round.id, 'a', tensorOf(Float32Array.of(2))), { code: 'federated-learning.updateExists', status: 409 });
    assert.equal((await readdir(updateFolder(federated.base.workspaceId))).length, before + 1);
    await federated.ask(contract.removeRound, { id: round.id });
    assert.equal((await readdir(updateFolder(federated.base.workspaceId))).length, before);
    await assert.rejects(federated.ask(contract.getRound, { id: round.id }), { code: 'federated-learning.notFound' });
  });

  test('another workspace and a person without the right see nothing and change nothing', async () => {
    const round = await open();
    const other = federated.base.context(federated.base.otherWorkspaceId);
    await assert.rejects(federated.ask(contract.getRound, { id: round.id }, { context: other }), { status: 404 });
    assert.equal((await federated.ask(contract.listRounds, {}, { context: other })).items.length, 0);
    await assert.rejects((async () => federated.ask(contract.closeRound, { id: round.id }, { context: federated.person('read') }))(), {
      status: 403,
    });
    await assert.rejects(open({ modelId: round.modelId }), { code: 'federated-learning.exists', status: 409 });
  });
});
