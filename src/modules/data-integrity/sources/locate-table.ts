/** From what somebody named to what the data door reads, and how large it is. */
import { stat } from 'node:fs/promises';
import type { z } from 'zod';
import type { Context } from '../../../contract/actor.ts';
import { call } from '../../../platform/http/call.ts';
import { confine } from '../../../platform/scan-roots.ts';
import { tableFileToRead } from '../../../platform/table-files.ts';
import { getAsset } from '../../ai-assets/contract.ts';
import type { DataSource } from '../../data-quality/contract.ts';
import { type InlineTable, type TableSource, tableProblems } from '../contract.ts';
import { type RemoteTable, remoteTable } from './remote-table.ts';
import { findUpload, touchUpload } from './upload-store.ts';

export type DoorData = z.input<typeof DataSource>;
export type LocatedTable =
  | { readonly data: DoorData; readonly bytes: number }
  /** Lies in a database: its size is known once it is brought (staging-desk.ts). */
  | { readonly data: null; readonly remote: RemoteTable; readonly bytes: null };

/** What a key that names a file begins with. */
export const fileKey = 'file:';

/**
 * Needs a transaction. Every door confines the path again for itself.
 * @throws path.outsideRoots, path.missing, ai-assets.notFound, data-quality.assetNotDataset, .assetWithoutFile, .uploadNotFound, .uploadIncomplete, .connectionUnknown
 */
export async function locateTable(source: TableSource, { actor }: Context): Promise<LocatedTable> {
  if ('postgres' in source) return { data: null, remote: await remoteTable(source), bytes: null };
  const read = source.read === undefined ? {} : { read: source.read };
  if ('upload' in source) {
    const upload = await findUpload(source.upload);
    if (upload === null || upload.state === 'removed') throw tableProblems.uploadNotFound({ id: source.upload });
    if (upload.state !== 'ready') throw tableProblems.uploadIncomplete({ received: upload.received, size: upload.size });
    await touchUpload(upload.id);
    await tableFileToRead({ workspaceId: actor.workspaceId, uploadId: upload.id });
    return { data: { staged: { upload: upload.id, name: upload.name }, ...read }, bytes: upload.size };
  }
  const path = await confine('path' in source ? source.path : await fileOfAsset(source.asset));
  return { data: { path, ...read }, bytes: (await stat(path)).size };
}

async function fileOfAsset(id: string): Promise<string> {
  const { name, type, keys } = await call(getAsset, { id });
  if (type !== 'dataset') throw tableProblems.assetNotDataset({ name, type });
  const key = keys.find((known) => known.startsWith(fileKey));
  if (key === undefined) throw tableProblems.assetWithoutFile({ name });
  return key.slice(fileKey.length);
}

export function inlineData(table: InlineTable): DoorData {
  return Array.isArray(table) ? { rows: table } : { columns: table.columns };
}

export function inlineRows(table: InlineTable): number {
  return Array.isArray(table) ? table.length : (table.columns[0]?.values.length ?? 0);
}
