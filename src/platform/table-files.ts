/** Uploaded tables on disk: written by the product door, read by the data door. One file for each upload, one folder for each workspace. */
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { config } from './config.ts';
import { pathProblems } from './scan-roots.ts';

const idForm = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export type TableFilePlace = { readonly workspaceId: string; readonly uploadId: string };

export function tableFolder(workspaceId: string): string {
  if (!idForm.test(workspaceId)) throw pathProblems.invalid();
  return join(config().QUARANTINE_DIR, 'tables', workspaceId);
}

/** @throws path.invalid for ids that are none: they become parts of a path. */
export function tableFile({ workspaceId, uploadId }: TableFilePlace): string {
  if (!idForm.test(uploadId)) throw pathProblems.invalid();
  return join(tableFolder(workspaceId), uploadId);
}

/** The real file to read. @throws path.missing when it is not there (any more), path.invalid */
export async function tableFileToRead(place: TableFilePlace): Promise<string> {
  const path = tableFile(place);
  const real = await realpath(path).catch(() => null);
  if (real === null) throw pathProblems.missing({ path: `upload ${place.uploadId}` });
  return real;
}
