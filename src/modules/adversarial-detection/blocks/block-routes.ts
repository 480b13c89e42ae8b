/** The product door of blocks. */
import { audit } from '../../../platform/audit.ts';
import { afterCommit } from '../../../platform/database/database.ts';
import { publish } from '../../../platform/events/publish.ts';
import { handle, type Route } from '../../../platform/http/handle.ts';
import { blockChanged, detectionProblems, liftBlock, listBlocks, setBlock } from '../contract.ts';
import { screeningState } from '../screening/screening-state.ts';
import { putBlock, toBlock } from './block.ts';
import { findBlock, findSameBlock, liftBlockRow, listBlockPage, notifyProcesses } from './block-store.ts';

export const blockRoutes: readonly Route[] = [
  handle(setBlock, async ({ kind, modelId, inputSha256, clientId, reason, incidentId, detectionId, expiresInMs }, { actor }) => {
    const decidedAtMs = performance.now();
    if (kind === 'input' && inputSha256 === undefined) throw detectionProblems.blockSubject({ kind, needed: 'inputSha256' });
    if (kind === 'client' && clientId === undefined) throw detectionProblems.blockSubject({ kind, needed: 'clientId' });
    const state = await screeningState(actor.workspaceId);
    const holdsMs = expiresInMs ?? state.configuration.response.blockForMs;
    // An act of an incident asks for what screening has done by itself: twice the same block would be one nobody lifts.
    const same = await findSameBlock({ kind, modelId: modelId ?? null, inputSha256, clientId }, Date.now() + holdsMs);
    if (same !== null) {
      audit.subject({ type: 'block', id: same.id });
      return toBlock(same);
    }
    const row = await putBlock(state, {
      kind,
      modelId: modelId ?? null,
      inputSha256: inputSha256 ?? null,
      clientId: clientId ?? null,
      reason,
      detectionId: detectionId ?? null,
      incidentId: incidentId ?? null,
      expiresInMs: holdsMs,
      decidedAtMs,
    });
    audit.subject({ type: 'block', id: row.id });
    return toBlock(row);
  }),
  handle(liftBlock, async ({ id, reason }, { actor }) => {
    const row = await liftBlockRow(id, { by: actor.id, reason });
    if (row === null) {
      const present = await findBlock(id);
      if (present === null) throw detectionProblems.blockNotFound({ id });
      throw detectionProblems.blockEnded({ id, state: toBlock(present).state });
    }
    const { kind, detectionId, incidentId } = row;
    await publish(blockChanged, { blockId: id, kind, state: 'lifted', byId: actor.id, reason, detectionId, incidentId });
    await notifyProcesses('block', id);
    const state = await screeningState(actor.workspaceId);
    afterCommit(() => state.blocks.remove(id));
    return toBlock(row);
  }),
  handle(listBlocks, async ({ cursor, limit, page, per_page, ...filter }) => {
    const found = await listBlockPage(filter, { cursor, limit, page, per_page });
    return { ...found, items: found.items.map((row) => toBlock(row)) };
  }),
];
