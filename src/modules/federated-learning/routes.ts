/** The product door of federated learning. */
import { createReadStream } from 'node:fs';
import { isProblem } from '../../contract/problem.ts';
import { audit } from '../../platform/audit.ts';
import { transaction } from '../../platform/database/database.ts';
import { call } from '../../platform/http/call.ts';
import { fileAnswer, handle, type Route } from '../../platform/http/handle.ts';
import { getAsset } from '../ai-assets/contract.ts';
import { closeRound } from './close-round.ts';
import * as contract from './contract.ts';
import { clientsOf, deleteRound, findRound, insertRound, listRoundRows, toDetail, toRound, updatesOf } from './store.ts';
import { takeRootUpdate, takeUpdate } from './take-update.ts';
import { removeUpdateFile, updateFile } from './update-files.ts';

const { federatedProblems: problems } = contract;
const idForm = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A model need not be in the inventory; when its name is the id of an asset, it is that asset. */
async function assetOf(modelId: string): Promise<{ id: string; name: string } | null> {
  if (!idForm.test(modelId)) return null;
  try {
    const { id, name } = await call(getAsset, { id: modelId });
    return { id, name };
  } catch (error) {
    if (isProblem(error) && error.status === 404) return null;
    throw error;
  }
}

const own = { transaction: 'none' } as const;

export const routes: readonly Route[] = [
  handle(contract.createRound, async (draft) => {
    const asset = await assetOf(draft.modelId);
    const row = await insertRound({ ...draft, assetId: asset?.id ?? null, assetName: asset?.name ?? null });
    if (row === null) throw problems.exists({ round: draft.round, modelId: draft.modelId });
    audit.subject({ type: 'federated-round', id: row.id });
    audit.change({ before: {}, after: draft });
    return toRound(row);
  }),
  handle(contract.listRounds, ({ cursor, limit, page, per_page, ...filter }) => listRoundRows(filter, { cursor, limit, page, per_page })),
  handle(contract.getRound, async ({ id }) => {
    const row = await findRound(id);
    if (row === null) throw problems.notFound({ id });
    return toDetail(row, await updatesOf(id));
  }),
  // Bytes are long under way, and judging takes seconds: each opens its own transactions.
  handle(contract.addUpdate, (given, context) => takeUpdate(given, context), own),
  handle(contract.putRootUpdate, ({ id }, context) => takeRootUpdate(id, context), own),
  handle(contract.closeRound, ({ id, ...change }, context) => closeRound(id, change, context), own),
  handle(contract.downloadAggregate, async ({ id }, context) => {
    const row = await findRound(id);
    if (row === null) throw problems.notFound({ id });
    if (row.aggregateFileId === null) throw problems.noAggregate({ reason: row.state === 'open' ? 'it is open' : 'it was not decided' });
    return fileAnswer({
      name: `round-${row.round}.safetensors`,
      mediaType: 'application/octet-stream',
      body: createReadStream(updateFile({ workspaceId: context.actor.workspaceId, fileId: row.aggregateFileId })),
    });
  }),
  handle(
    contract.removeRound,
    async ({ id }, context) => {
      const files = await transaction(context, async () => {
        const row = await findRound(id);
        if (row === null) throw problems.notFound({ id });
        const updates = await updatesOf(id);
        await deleteRound(id);
        audit.subject({ type: 'federated-round', id });
        audit.change({ before: { modelId: row.modelId, round: row.round, state: row.state, updates: updates.length }, after: {} });
        return [...updates.map((update) => update.id), row.rootFileId, row.aggregateFileId];
      });
      // Rows first, bytes second: what stays behind belongs to nobody and is swept.
      for (const fileId of files) if (fileId !== null) await removeUpdateFile({ workspaceId: context.actor.workspaceId, fileId });
      return null;
    },
    own,
  ),
  handle(contract.listClients, async ({ model, limit }) => ({ items: await clientsOf(model, limit) })),
];
