/** The bytes of updates and aggregates on disk: taken in by the product door, read by the scanner door's worker. One folder a workspace. */
import { constants } from 'node:fs';
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { config } from '../../platform/config.ts';
import { pathProblems } from '../../platform/scan-roots.ts';
import { federatedProblems } from './refusal.ts';

const idForm = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export type UpdateFile = { readonly workspaceId: string; readonly fileId: string };

export function updateFolder(workspaceId: string): string {
  if (!idForm.test(workspaceId)) throw pathProblems.invalid();
  return join(config().QUARANTINE_DIR, 'federated', workspaceId);
}

/** @throws path.invalid for ids that are none: they become parts of a path. */
export function updateFile({ workspaceId, fileId }: UpdateFile): string {
  if (!idForm.test(fileId)) throw pathProblems.invalid();
  return join(updateFolder(workspaceId), fileId);
}

/** Bytes of one update at most. */
export const mostUpdateBytes = 600 * 2 ** 20;

/** Writes what comes, mode 0600. @throws federated-learning.empty, .tooLarge; then nothing is left. */
export async function keepUpload(place: UpdateFile, body: Readable): Promise<void> {
  await mkdir(updateFolder(place.workspaceId), { recursive: true, mode: 0o700 });
  const handle = await open(updateFile(place), constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o600);
  let at = 0;
  try {
    for await (const chunk of body) {
      const bytes: Buffer = chunk;
      if (at + bytes.length > mostUpdateBytes) throw federatedProblems.tooLarge({ what: `an update may have ${mostUpdateBytes} bytes` });
      await handle.write(bytes, 0, bytes.length, at);
      at += bytes.length;
    }
    if (at === 0) throw federatedProblems.empty();
  } catch (error) {
    await removeUpdateFile(place);
    throw error;
  } finally {
    await handle.close();
  }
}

/** Removing twice is no mistake. */
export async function removeUpdateFile(place: UpdateFile): Promise<void> {
  await rm(updateFile(place), { force: true });
}

/** Files of a workspace last written before a time; half-written aggregates too. */
export async function filesWrittenBefore(workspaceId: string, before: Date): Promise<string[]> {
  const names = await readdir(updateFolder(workspaceId)).catch(() => []);
  const old: string[] = [];
  for (const name of names) {
    const status = await stat(join(updateFolder(workspaceId), name)).catch(() => null);
    if (status !== null && status.mtime < before && idForm.test(name)) old.push(name);
  }
  return old;
}
