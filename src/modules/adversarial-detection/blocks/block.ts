/** Setting and lifting blocks: the memory of this process first, then the record of it, then the other processes. */
import { randomUUID } from 'node:crypto';
import { currentContext } from '../../../platform/ambient.ts';
import { audit } from '../../../platform/audit.ts';
import { afterCommit, afterRollback } from '../../../platform/database/database.ts';
import { publish } from '../../../platform/events/publish.ts';
import { type Block, blockChanged } from '../contract.ts';
import { entryOf, type ScreeningState } from '../screening/screening-state.ts';
import type { BlockRow } from '../table.ts';
import { insertBlock, notifyOfBlock } from './block-store.ts';

export type BlockDraft = {
  readonly kind: Block['kind'];
  readonly modelId: string | null;
  readonly inputSha256: string | null;
  readonly clientId: string | null;
  readonly reason: string;
  readonly detectionId: string | null;
  readonly incidentId: string | null;
  readonly expiresInMs: number;
  /** performance.now() of the decision, or of the request on the screening path. */
  readonly decidedAtMs: number;
};

/**
 * From here on this process refuses what the block names. When the transaction fails the block is taken back, because nobody could see or
 * lift it; the caller then answers 503, and so does the next attempt, as long as blocks cannot be recorded.
 * Joins the ambient transaction. The other processes hear of it at the commit.
 */
export async function putBlock(state: ScreeningState, draft: BlockDraft): Promise<BlockRow> {
  const { decidedAtMs, expiresInMs, kind, modelId, inputSha256, clientId, ...rest } = draft;
  const id = randomUUID();
  const now = Date.now();
  const named = { id, kind, modelId, inputSha256: kind === 'input' ? inputSha256 : null, clientId };
  const before = state.blocks.set({ ...named, expiresAtMs: now + expiresInMs }, { provisional: true });
  afterRollback(() => {
    state.blocks.remove(id);
    if (before !== null) state.blocks.set(before);
  });
  const inForceAfterMs = Math.max(0, performance.now() - decidedAtMs);
  const row = await insertBlock({
    ...named,
    ...rest,
    decidedAt: new Date(now - inForceAfterMs),
    inForceAt: new Date(now),
    inForceAfterMs,
    expiresAt: new Date(now + expiresInMs),
    createdBy: currentContext()?.actor.id ?? 'unknown',
  });
  if (row === null) throw new DuplicateBlock();
  await publish(blockChanged, { blockId: id, kind, state: 'in_force' });
  await notifyOfBlock(entryOf(row));
  afterCommit(() => {
    state.blocks.set(entryOf(row));
  });
  return row;
}
/** A fresh id that exists: our own defect. */
class DuplicateBlock extends Error {
  override readonly name = 'DuplicateBlock';
}

/** A block that a detection set by itself has no request that would record it. */
export async function recordBlock(row: BlockRow): Promise<void> {
  await audit.record({
    action: 'adversarial-detection.set-block',
    resource: { type: 'block', id: row.id },
    outcome: 'done',
    change: { after: { kind: row.kind, modelId: row.modelId, detectionId: row.detectionId, expiresAt: row.expiresAt.toISOString() } },
  });
}

export function toBlock(row: BlockRow, now = Date.now()): Block {
  return {
    id: row.id,
    kind: row.kind,
    modelId: row.modelId,
    inputSha256: row.inputSha256,
    clientId: row.clientId,
    reason: row.reason,
    state: row.state === 'in_force' && row.expiresAt.getTime() <= now ? 'expired' : row.state,
    detectionId: row.detectionId,
    incidentId: row.incidentId,
    decidedAt: row.decidedAt.toISOString(),
    inForceAt: row.inForceAt.toISOString(),
    inForceAfterMs: row.inForceAfterMs,
    expiresAt: row.expiresAt.toISOString(),
    liftedAt: row.liftedAt?.toISOString() ?? null,
    liftedBy: row.liftedBy,
    liftReason: row.liftReason,
    createdBy: row.createdBy,
    refused: row.refused,
  };
}
