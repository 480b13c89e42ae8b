/** The bytes of uploads on disk, readable by this process alone. */
import { constants } from 'node:fs';
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { type TableFilePlace, tableFile, tableFolder } from '../../../platform/table-files.ts';
import { tableProblems } from '../contract.ts';

/** Makes the empty file of an upload, mode 0600. */
export async function prepareFile(place: TableFilePlace): Promise<void> {
  const path = tableFile(place);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const handle = await open(path, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o600);
  await handle.close();
}

export type Part = { readonly name: string; readonly size: number; readonly offset: number; readonly body: Readable };

/**
 * Writes the bytes of a part at its offset, as they come; what a lost connection left behind the offset is cut off first.
 * @returns the offset after the last byte. @throws data-quality.uploadTooLong when more come than were declared
 */
export async function writePart(place: TableFilePlace, { name, size, offset, body }: Part): Promise<number> {
  const handle = await open(tableFile(place), constants.O_WRONLY | (constants.O_NOFOLLOW ?? 0)).catch(() => null);
  if (handle === null) throw tableProblems.uploadNotFound({ id: place.uploadId });
  let at = offset;
  try {
    await handle.truncate(offset);
    for await (const chunk of body) {
      const bytes: Buffer = chunk;
      if (at + bytes.length > size) throw tableProblems.uploadTooLong({ name, size });
      await handle.write(bytes, 0, bytes.length, at);
      at += bytes.length;
    }
  } finally {
    await handle.close();
  }
  return at;
}

/** Removing twice is no mistake. */
export async function removeFile(place: TableFilePlace): Promise<void> {
  await rm(tableFile(place), { force: true });
}

/** Uploads of a workspace whose file was last written before a time. */
export async function filesBefore(workspaceId: string, before: Date): Promise<string[]> {
  const folder = tableFolder(workspaceId);
  const names = await readdir(folder).catch(() => []);
  const old: string[] = [];
  for (const name of names) {
    const status = await stat(join(folder, name)).catch(() => null);
    if (status !== null && status.mtime < before) old.push(name);
  }
  return old;
}
