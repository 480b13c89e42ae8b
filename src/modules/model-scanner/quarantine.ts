/** Uploaded files on disk: one folder for each upload, under one folder for each workspace, readable by this process alone. */
import { constants } from 'node:fs';
import { mkdir, open, readdir, realpath, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { config } from '../../platform/config.ts';
import { sourceProblems } from './contract.ts';

const idForm = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const mostDepth = 16;
const longestPart = 200;

export type UploadPlace = { readonly workspaceId: string; readonly uploadId: string };

/** @throws model-scanner.uploadNotFound for ids that are none: they become parts of a path. */
export function folderOfUpload({ workspaceId, uploadId }: UploadPlace): string {
  if (!idForm.test(workspaceId) || !idForm.test(uploadId)) throw sourceProblems.uploadNotFound({ id: uploadId.slice(0, 60) });
  return join(config().QUARANTINE_DIR, workspaceId, uploadId);
}

/** The real folder to scan. @throws model-scanner.uploadNotFound when it is not there (any more) */
export async function uploadToScan(place: UploadPlace): Promise<string> {
  const real = await realpath(folderOfUpload(place)).catch(() => null);
  if (real === null) throw sourceProblems.uploadNotFound({ id: place.uploadId });
  return real;
}

/**
 * A name from a browser as a relative path that stays inside its folder.
 * @throws model-scanner.uploadName, saying why
 */
export function checkedName(name: string): string {
  const refuse = (reason: string) => sourceProblems.uploadName({ name: name.slice(0, 200), reason });
  const parts = name.replaceAll('\\', '/').split('/');
  if (parts.length > mostDepth) throw refuse(`it is deeper than ${mostDepth} folders`);
  for (const part of parts) {
    if (part === '' || part === '.' || part === '..') throw refuse('it has an empty or climbing part');
    if (Buffer.byteLength(part) > longestPart) throw refuse(`a part is longer than ${longestPart} bytes`);
    if (/[\p{Cc}:]/u.test(part)) throw refuse('it holds a control character or a colon');
  }
  return parts.join('/');
}

/** Makes the folders and empty files of an upload, mode 0700 and 0600. */
export async function prepareUpload(place: UploadPlace, names: readonly string[]): Promise<void> {
  const folder = folderOfUpload(place);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const name of names) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const handle = await open(path, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o600);
    await handle.close();
  }
}

export type Part = { readonly name: string; readonly size: number; readonly offset: number; readonly body: Readable };

/**
 * Writes the bytes of a part at its offset, as they come; what a lost connection left behind the offset is cut off first.
 * @returns the offset after the last byte. @throws model-scanner.uploadTooLong when more come than the file was declared to have
 */
export async function writePart(place: UploadPlace, { name, size, offset, body }: Part): Promise<number> {
  const path = join(folderOfUpload(place), name);
  const handle = await open(path, constants.O_WRONLY | (constants.O_NOFOLLOW ?? 0)).catch(() => null);
  if (handle === null) throw sourceProblems.uploadNotFound({ id: place.uploadId });
  let at = offset;
  try {
    await handle.truncate(offset);
    for await (const chunk of body) {
      const bytes: Buffer = chunk;
      if (at + bytes.length > size) throw sourceProblems.uploadTooLong({ name, size });
      await handle.write(bytes, 0, bytes.length, at);
      at += bytes.length;
    }
  } finally {
    await handle.close();
  }
  return at;
}

/** Removes an upload's bytes. Removing twice is no mistake. */
export async function removeFromQuarantine(place: UploadPlace): Promise<void> {
  await rm(folderOfUpload(place), { recursive: true, force: true });
}

/** Upload folders of a workspace that were last touched before a time. */
export async function foldersBefore(workspaceId: string, before: Date): Promise<string[]> {
  const root = dirname(folderOfUpload({ workspaceId, uploadId: '00000000-0000-0000-0000-000000000000' }));
  const names = await readdir(root).catch(() => []);
  const old: string[] = [];
  for (const name of names) {
    if (!idForm.test(name)) continue;
    const status = await stat(join(root, name)).catch(() => null);
    if (status !== null && status.mtime < before) old.push(name);
  }
  return old;
}
