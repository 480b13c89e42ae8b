/** Runs of monitors that ask for it when their table changed: a new version seen by the inventory, or handed over as an upload. */
import { stat } from 'node:fs/promises';
import type { Context } from '../../../contract/actor.ts';
import { isProblem } from '../../../contract/problem.ts';
import { transaction } from '../../../platform/database/database.ts';
import { call } from '../../../platform/http/call.ts';
import { confine } from '../../../platform/scan-roots.ts';
import { getAsset } from '../../ai-assets/contract.ts';
import type { TableSource } from '../contract.ts';
import { fileKey } from '../sources/locate-table.ts';
import { startOne } from './monitor.ts';
import { clearChanged, lockChanged, markChanged } from './monitor-store.ts';

/** Started in one look; the rest a minute later. */
const mostAtOnce = 50;
/** Files of an asset that are looked at to find the newest. */
const mostFiles = 500;

/** What the inventory knows of a table's content is in its metadata (size, rows, files, columns, version) and in the files its keys name. */
export function isContentChange(fields: readonly string[]): boolean {
  return fields.some((field) => field === 'keys' || field.startsWith('metadata'));
}

/**
 * Notes the change and begins the runs. A monitor that runs just now begins again when it has ended, once for all that came meanwhile.
 * Joins the ambient transaction.
 * @param source what came, when it is not the monitors' own table.
 */
export async function tableChanged(assetId: string, source: TableSource | null, context: Context): Promise<number> {
  if ((await markChanged(assetId, source)) === 0) return 0;
  return startLocked(context);
}

/** Begins what could not begin at once. @returns how many runs were started. */
export function startChanged(context: Context): Promise<number> {
  return transaction(context, () => startLocked(context));
}

async function startLocked(context: Context): Promise<number> {
  let started = 0;
  for (const { monitor, changedSource } of await lockChanged(mostAtOnce)) {
    await clearChanged(monitor.id);
    if (await startOne(monitor, context, changedSource ?? (await newestOf(monitor.source)))) started += 1;
  }
  return started;
}

/** Of an asset of several files (partitions) the one written last: the first of its keys would be an old one. */
async function newestOf(source: TableSource): Promise<TableSource> {
  if (!('asset' in source)) return source;
  const files = await filesOf(source.asset);
  const [only, ...others] = files;
  if (only === undefined || others.length === 0) return source;
  let newest = { path: '', at: Number.NEGATIVE_INFINITY };
  for (const path of files) {
    const at = await writtenAt(path);
    if (at !== null && at > newest.at) newest = { path, at };
  }
  return newest.path === '' ? source : { path: newest.path, read: source.read };
}

/** An asset that is gone is told by the run. */
async function filesOf(assetId: string): Promise<string[]> {
  try {
    const { keys } = await call(getAsset, { id: assetId });
    return keys.flatMap((key) => (key.startsWith(fileKey) ? [key.slice(fileKey.length)] : [])).slice(0, mostFiles);
  } catch (error) {
    if (isProblem(error) && error.status < 500) return [];
    throw error;
  }
}

async function writtenAt(path: string): Promise<number | null> {
  try {
    return (await stat(await confine(path))).mtimeMs;
  } catch {
    // Gone, or outside what may be read: another file is the newest.
    return null;
  }
}
