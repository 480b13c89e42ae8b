/** A second place in a bucket whose objects are locked: each note is one object, named by origin and size, and never written over. */
import { problems } from '../../../contract/problem.ts';
import { readNote } from '../tree/signed-note.ts';
import { addressOf, listNames, type ObjectStore, putOnce, readObject } from './object-store.ts';
import { type AnchorPlace, type FoundNote, isSameLog } from './place.ts';

const placeProblems = problems('audit-logs', {
  anchorUnreadable: [500, 'A checkpoint that is to be kept is no signed note.'],
  anchorTooMany: [502, 'The object store holds more than {count} notes beyond this log: they were not all read.'],
  anchorGone: [502, 'The object store says that a checkpoint of that size is there, and does not show it.'],
});

export type Locking = { readonly mode: 'compliance' | 'governance'; readonly days: number } | null;
/** Sizes of sixteen digits: names stand in the order of sizes. The largest whole number of a checkpoint has as many. */
const digits = 16;
const mostPages = 20;
const dayMs = 86_400_000;

export function objectStorePlace(store: ObjectStore, prefix: string, locking: Locking): AnchorPlace {
  const nameOf = (origin: string, size: number): string => `${prefix}/${origin}/${String(size).padStart(digits, '0')}`;
  const nameOfNote = (note: string): string => {
    const read = readNote(note);
    if (read === null) throw placeProblems.anchorUnreadable();
    return nameOf(read.checkpoint.origin, read.checkpoint.size);
  };
  return {
    name: `${addressOf(store).href}${prefix}`.slice(0, 200),
    kind: 'object-store',
    everyMs: null,
    put: async (notes) => {
      for (const note of notes) {
        const other = await putNote(store, nameOfNote(note), { note, locking });
        if (other !== null) return other;
      }
      return null;
    },
    read: async (origin, above) => notesFrom(store, origin, await namesBeyond(store, nameOf(origin, above))),
    ...(locking === null ? {} : { lockedUntil: async (note: string) => (await readObject(store, nameOfNote(note)))?.lockedUntil ?? null }),
  };
}

/** Looked at first: a store that knows no conditions would write over what lies there, and say nothing. */
async function putNote(store: ObjectStore, key: string, { note, locking }: { note: string; locking: Locking }): Promise<string | null> {
  const before = await readObject(store, key);
  if (before !== null) return isSameLog(before.text, note) ? null : before.text;
  const lock = locking === null ? null : { mode: locking.mode, until: new Date(Date.now() + locking.days * dayMs) };
  if (await putOnce(store, { key, body: note, lock })) return null;
  const there = await readObject(store, key);
  if (there === null) throw placeProblems.anchorGone();
  return isSameLog(there.text, note) ? null : there.text;
}

/** Names of the same log with a larger size, largest first. Of a log that was not rolled back there are none. */
async function namesBeyond(store: ObjectStore, name: string): Promise<string[]> {
  const folder = name.slice(0, -digits);
  const names: string[] = [];
  let after = name;
  for (let page = 0; page < mostPages; page += 1) {
    const listed = await listNames(store, folder, after);
    names.push(...listed.names.filter((one) => one.startsWith(folder) && /^\d{16}$/.test(one.slice(folder.length))));
    const last = listed.names.at(-1);
    if (last === undefined || !listed.isMore) return names.reverse();
    after = last;
  }
  throw placeProblems.anchorTooMany({ count: names.length });
}

/** Read one by one: mostly the first is what was looked for. */
async function* notesFrom(store: ObjectStore, origin: string, names: readonly string[]): AsyncGenerator<FoundNote> {
  for (const name of names) {
    const found = await readObject(store, name);
    if (found !== null) yield { origin, size: Number(name.slice(-digits)), note: found.text };
  }
}
