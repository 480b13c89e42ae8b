/** Uploads from declaration to removal: reserved against the quota, streamed to quarantine, removed after their scan or by the sweeper. */
import type { Context } from '../../../contract/actor.ts';
import { config } from '../../../platform/config.ts';
import { transaction } from '../../../platform/database/database.ts';
import type { RequestContext } from '../../../platform/http/handle.ts';
import { log } from '../../../platform/log.ts';
import { type ScanSource, sourceProblems, type Upload, uploadLabel } from '../contract.ts';
import { checkedName, foldersBefore, prepareUpload, removeFromQuarantine, writePart } from '../quarantine.ts';
import {
  findUpload,
  insertUpload,
  isBeingScanned,
  keptOf,
  listStale,
  lockQuota,
  markRemoved,
  noteReceived,
  reservedBytes,
} from './upload-store.ts';

const hourMs = 3_600_000;

/** @throws model-scanner.uploadTooLarge, .uploadQuota, .uploadName */
export async function declareFiles(files: readonly { name: string; size: number }[], context: Context): Promise<Upload> {
  const { MAX_MODEL_UPLOAD_BYTES: limit, UPLOAD_QUOTA_BYTES: quota } = config();
  const named = files.map(({ name, size }) => ({ name: checkedName(name), size }));
  refuseTwins(named.map(({ name }) => name));
  const wanted = named.reduce((sum, { size }) => sum + size, 0);
  if (wanted > limit) throw sourceProblems.uploadTooLarge({ limit });
  const upload = await transaction(context, async () => {
    await lockQuota();
    const used = await reservedBytes();
    if (used + wanted > quota) throw sourceProblems.uploadQuota({ used, quota, wanted });
    return insertUpload({ label: uploadLabel(named.map(({ name }) => name)), files: named, createdBy: context.actor.id });
  });
  // After the row: a crash in between leaves a reservation that the sweeper ends, never bytes that nobody knows of.
  await prepareUpload(
    { workspaceId: context.actor.workspaceId, uploadId: upload.id },
    named.map(({ name }) => name),
  );
  return upload;
}

function refuseTwins(names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    // Some file systems fold case: two such names would be one file.
    const folded = name.normalize('NFC').toLowerCase();
    if (seen.has(folded)) throw sourceProblems.uploadName({ name: name.slice(0, 200), reason: 'it is there twice' });
    seen.add(folded);
  }
  for (const folded of seen)
    for (let at = folded.lastIndexOf('/'); at > 0; at = folded.lastIndexOf('/', at - 1))
      if (seen.has(folded.slice(0, at)))
        throw sourceProblems.uploadName({ name: folded.slice(0, 200), reason: 'one is a folder of another' });
}

type PartPlace = { readonly id: string; readonly file: number; readonly offset: number };

/** @throws model-scanner.uploadNotFound, .uploadClosed, .uploadPlace, .uploadTooLong */
export async function receivePart({ id, file, offset }: PartPlace, context: RequestContext): Promise<Upload> {
  const { body } = context;
  const upload = await knownUpload(id, context);
  const known = upload.files[file];
  if (known === undefined || body === undefined) throw sourceProblems.uploadNotFound({ id });
  if (upload.state !== 'receiving') throw sourceProblems.uploadClosed({ id, state: upload.state });
  if (known.received !== offset) throw sourceProblems.uploadPlace({ name: known.name, expected: known.received, given: offset });
  const place = { workspaceId: context.actor.workspaceId, uploadId: id };
  const to = await writePart(place, { name: known.name, size: known.size, offset, body });
  const noted = await transaction(context, () => noteReceived(id, { file, from: offset, to }));
  if (noted === null) throw sourceProblems.uploadPlace({ name: known.name, expected: 'elsewhere by now', given: offset });
  return noted;
}

export async function knownUpload(id: string, context: Context): Promise<Upload> {
  const upload = await transaction(context, () => findUpload(id), { readOnly: true });
  if (upload === null) throw sourceProblems.uploadNotFound({ id });
  return upload;
}

/** Bytes first, row second: should the second fail, the sweeper finds the row. @throws model-scanner.uploadNotFound, .uploadClosed */
export async function dropUpload(id: string, context: Context): Promise<Upload> {
  const upload = await knownUpload(id, context);
  if (await transaction(context, () => isBeingScanned(id), { readOnly: true }))
    throw sourceProblems.uploadClosed({ id, state: 'being scanned' });
  await removeFromQuarantine({ workspaceId: context.actor.workspaceId, uploadId: id });
  return (await transaction(context, () => markRemoved(id))) ?? upload;
}

/** What was uploaded leaves when its scan has ended. Should that fail, the sweeper does it later. */
export async function removeUploadOf(source: ScanSource, context: Context): Promise<void> {
  if (!('upload' in source)) return;
  try {
    await dropUpload(source.upload, context);
  } catch (error) {
    log('error').warn({ error, code: 'model-scanner.upload', uploadId: source.upload }, 'An upload could not be removed after its scan');
  }
}

/**
 * Ends what a crash or a closed browser left: uploads nobody touched for UPLOAD_KEEP_HOURS, and folders without a row.
 * @returns how many uploads ended and how many folders were removed.
 */
export async function sweepUploads(context: Context, now = new Date()): Promise<{ ended: number; folders: number }> {
  const before = new Date(now.getTime() - config().UPLOAD_KEEP_HOURS * hourMs);
  const stale = await transaction(context, () => listStale(before), { readOnly: true });
  let ended = 0;
  for (const { id } of stale) {
    if (await transaction(context, () => isBeingScanned(id), { readOnly: true })) continue;
    await dropUpload(id, context);
    ended += 1;
  }
  const { workspaceId } = context.actor;
  // An hour: a declaration writes its row before its folder, so that a folder this old without a row belongs to nobody.
  const old = await foldersBefore(workspaceId, new Date(now.getTime() - hourMs));
  const kept = await transaction(context, () => keptOf(old), { readOnly: true });
  const orphans = old.filter((id) => !kept.has(id));
  for (const uploadId of orphans) await removeFromQuarantine({ workspaceId, uploadId });
  return { ended, folders: orphans.length };
}
