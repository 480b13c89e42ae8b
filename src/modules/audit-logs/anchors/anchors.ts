/** The second place: checkpoints outside this database, so that who rewrites it cannot rewrite them too. */
import { open, readFile, stat } from 'node:fs/promises';
import { config } from '../../platform/config.ts';
import { systemTransaction } from '../../platform/database/database.ts';
import { log } from '../../platform/log.ts';
import { readNotes } from './tree/note-file.ts';
import { noteAnchorAcrossWorkspaces, readNotAnchoredAcrossWorkspaces } from './tree-store.ts';

/** A place keeps notes and never takes one back. */
type AnchorPlace = { readonly name: string; readonly put: (note: string) => Promise<void> };

export function anchorPlaces(): readonly AnchorPlace[] {
  const { AUDIT_ANCHOR_FILE } = config();
  return AUDIT_ANCHOR_FILE === undefined
    ? []
    : [{ name: `file:${AUDIT_ANCHOR_FILE}`.slice(0, 200), put: (note) => appendNote(AUDIT_ANCHOR_FILE, note) }];
}

/** One write at the end, forced to the disk before it counts. */
async function appendNote(path: string, note: string): Promise<void> {
  const file = await open(path, 'a', 0o600);
  try {
    await file.write(`${note}\n`);
    await file.datasync();
  } finally {
    await file.close();
  }
}

/** Puts the newest checkpoint of each workspace where it is missing. @returns how many were put. */
export async function anchorCheckpoints(places: readonly AnchorPlace[] = anchorPlaces()): Promise<number> {
  let put = 0;
  for (const { name, put: keep } of places) {
    for (const { workspace, size, note } of await systemTransaction(() => readNotAnchoredAcrossWorkspaces(name), { readOnly: true })) {
      try {
        await keep(note);
        await systemTransaction(() => noteAnchorAcrossWorkspaces(workspace, size, name));
        put += 1;
      } catch (error) {
        log('error').error(
          { error, code: 'audit-logs.anchorFailed', place: name, workspace, size },
          'A checkpoint could not be kept in its second place',
        );
      }
    }
  }
  return put;
}

/** Longest file that is read whole to compare; 300,000 notes. */
const mostBytes = 128 * 2 ** 20;

/** The largest checkpoint that the second place holds of a workspace's log; null: it holds none, or there is no such place. */
export async function anchoredLog(workspace: string): Promise<{ readonly size: number; readonly root: Buffer } | null> {
  const { AUDIT_ANCHOR_FILE } = config();
  if (AUDIT_ANCHOR_FILE === undefined) return null;
  const { size: bytes } = await stat(AUDIT_ANCHOR_FILE).catch(() => ({ size: 0 }));
  if (bytes === 0 || bytes > mostBytes) return null;
  const mine = readNotes(await readFile(AUDIT_ANCHOR_FILE, 'utf8')).notes.filter(({ checkpoint }) =>
    checkpoint.origin.endsWith(`/${workspace}`),
  );
  return mine.reduce<{ size: number; root: Buffer } | null>(
    (largest, { checkpoint }) => (largest === null || checkpoint.size > largest.size ? checkpoint : largest),
    null,
  );
}
