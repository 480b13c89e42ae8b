/** Uploads from declaration to removal: reserved against the quota, streamed to disk, removed by people or by the sweeper. */
import type { Context } from '../../../contract/actor.ts';
import { config } from '../../../platform/config.ts';
import { transaction } from '../../../platform/database/database.ts';
import { publish } from '../../../platform/events/publish.ts';
import { call } from '../../../platform/http/call.ts';
import { handle, type RequestContext, type Route } from '../../../platform/http/handle.ts';
import { getAsset } from '../../ai-assets/contract.ts';
import {
  adoptTableUpload,
  declareTableUpload,
  getTableUpload,
  putTablePart,
  removeTableUpload,
  type TableUpload,
  tableArrived,
  tableProblems,
} from '../contract.ts';
import { filesBefore, prepareFile, removeFile, writePart } from './upload-file.ts';
import {
  findUpload,
  giveToAsset,
  insertUpload,
  isBeingRead,
  keptOf,
  listStale,
  lockQuota,
  markRemoved,
  noteReceived,
  reservedBytes,
} from './upload-store.ts';

const hourMs = 3_600_000;

/** @throws data-quality.uploadTooLarge, .uploadQuota */
export async function declareFile(
  { name, size, assetId = null }: { name: string; size: number; assetId?: string | null | undefined },
  context: Context,
): Promise<TableUpload> {
  const { MAX_UPLOAD_BYTES: limit, UPLOAD_QUOTA_BYTES: quota } = config();
  if (size > limit) throw tableProblems.uploadTooLarge({ limit });
  const upload = await transaction(context, async () => {
    if (assetId !== null) await call(getAsset, { id: assetId });
    await lockQuota();
    const used = await reservedBytes();
    if (used + size > quota) throw tableProblems.uploadQuota({ used, quota, wanted: size });
    return insertUpload({ name, size, assetId, createdBy: context.actor.id });
  });
  // After the row: a crash in between leaves a reservation that the sweeper ends, never bytes that nobody knows of.
  await prepareFile({ workspaceId: context.actor.workspaceId, uploadId: upload.id });
  return upload;
}

/** @throws data-quality.uploadNotFound, .uploadClosed, .uploadPlace, .uploadTooLong */
async function receivePart({ id, offset }: { id: string; offset: number }, context: RequestContext): Promise<TableUpload> {
  const { body } = context;
  const { name, size, state, received } = await knownUpload(id, context);
  if (body === undefined) throw tableProblems.uploadNotFound({ id });
  if (state !== 'receiving') throw tableProblems.uploadClosed({ id, state });
  if (received !== offset) throw tableProblems.uploadPlace({ name, expected: received, given: offset });
  const to = await writePart({ workspaceId: context.actor.workspaceId, uploadId: id }, { name, size, offset, body });
  const noted = await transaction(context, async () => {
    const upload = await noteReceived(id, { from: offset, to });
    if (upload?.state === 'ready' && upload.assetId !== null) await publish(tableArrived, { assetId: upload.assetId, uploadId: id });
    return upload;
  });
  if (noted === null) throw tableProblems.uploadPlace({ name, expected: 'elsewhere by now', given: offset });
  return noted;
}

async function knownUpload(id: string, context: Context): Promise<TableUpload> {
  const upload = await transaction(context, () => findUpload(id), { readOnly: true });
  if (upload === null) throw tableProblems.uploadNotFound({ id });
  return upload;
}

/** Bytes first, row second: should the second fail, the sweeper finds the row. @throws data-quality.uploadNotFound, .uploadClosed */
export async function dropUpload(id: string, context: Context): Promise<TableUpload> {
  const upload = await knownUpload(id, context);
  if (await transaction(context, () => isBeingRead(id), { readOnly: true })) throw tableProblems.uploadClosed({ id, state: 'being read' });
  await removeFile({ workspaceId: context.actor.workspaceId, uploadId: id });
  return (await transaction(context, () => markRemoved(id))) ?? upload;
}

/**
 * Ends what nobody came back to: uploads untouched for UPLOAD_KEEP_HOURS, and files without a row.
 * @returns how many uploads ended and how many files were removed.
 */
export async function sweepUploads(context: Context, now = new Date()): Promise<{ ended: number; files: number }> {
  const before = new Date(now.getTime() - config().UPLOAD_KEEP_HOURS * hourMs);
  let ended = 0;
  for (const { id } of await transaction(context, () => listStale(before), { readOnly: true })) {
    if (await transaction(context, () => isBeingRead(id), { readOnly: true })) continue;
    await dropUpload(id, context);
    ended += 1;
  }
  const { workspaceId } = context.actor;
  // An hour: a declaration writes its row before its file, so that a file this old without a row belongs to nobody.
  const old = await filesBefore(workspaceId, new Date(now.getTime() - hourMs));
  const kept = await transaction(context, () => keptOf(old), { readOnly: true });
  const orphans = old.filter((id) => !kept.has(id));
  for (const uploadId of orphans) await removeFile({ workspaceId, uploadId }).catch(() => {});
  return { ended, files: orphans.length };
}

/** @throws ai-assets.notFound, data-quality.uploadNotFound, .uploadIncomplete, .uploadClosed, .uploadOfOther */
async function adoptUpload({ id, assetId }: { id: string; assetId: string }): Promise<TableUpload> {
  await call(getAsset, { id: assetId });
  const adopted = await giveToAsset(id, assetId);
  if (adopted !== null) {
    await publish(tableArrived, { assetId, uploadId: id });
    return adopted;
  }
  const upload = await findUpload(id);
  if (upload === null) throw tableProblems.uploadNotFound({ id });
  const { state, received, size } = upload;
  if (state === 'receiving') throw tableProblems.uploadIncomplete({ received, size });
  if (state === 'removed') throw tableProblems.uploadClosed({ id, state });
  if (upload.assetId !== assetId) throw tableProblems.uploadOfOther({ id });
  return upload;
}

const own = { transaction: 'none' } as const;
/** Bytes are long under way, so each opens its own transactions. */
export const uploadRoutes: readonly Route[] = [
  handle(declareTableUpload, (draft, context) => declareFile(draft, context), own),
  handle(putTablePart, (part, context) => receivePart(part, context), own),
  handle(getTableUpload, ({ id }, context) => knownUpload(id, context), own),
  handle(adoptTableUpload, adoptUpload),
  handle(removeTableUpload, ({ id }, context) => dropUpload(id, context), own),
];
