/** A file that is only appended to, best on another volume. */
import { open, stat } from 'node:fs/promises';
import { problems } from '../../../contract/problem.ts';
import { readNotes } from '../tree/note-file.ts';
import { writeNote } from '../tree/signed-note.ts';
import type { AnchorPlace, FoundNote } from './place.ts';

const placeProblems = problems('audit-logs', {
  anchorFileTooLarge: [500, 'The file of checkpoints has {bytes} bytes, more than are read: keep it, and name a new one.'],
});

/** 300,000 notes. */
const mostBytes = 128 * 2 ** 20;
const chunkBytes = 2 ** 20;

type Read = { readonly upTo: number; readonly notes: readonly FoundNote[] };
/** What was read of each file so far: a file that only grows is read once. */
const files = new Map<string, Read>();

export function filePlace(path: string): AnchorPlace {
  return {
    name: `file:${path}`.slice(0, 200),
    kind: 'file',
    everyMs: null,
    put: (notes) => appendNotes(path, notes),
    read: (origin, above) => largestFirst(path, origin, above),
  };
}

/** One write at the end, forced to the disk before it counts. */
async function appendNotes(path: string, notes: readonly string[]): Promise<null> {
  const file = await open(path, 'a', 0o600);
  try {
    await file.write(notes.map((note) => `${note}\n`).join(''));
    await file.datasync();
    return null;
  } finally {
    await file.close();
  }
}

async function largestFirst(path: string, origin: string, above: number): Promise<FoundNote[]> {
  const { size } = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return { size: 0 };
    throw error;
  });
  if (size > mostBytes) throw placeProblems.anchorFileTooLarge({ bytes: size });
  const before = files.get(path);
  const known = before !== undefined && before.upTo <= size ? before : { upTo: 0, notes: [] };
  const read = size === known.upTo ? known : await readOn(path, known, size);
  files.set(path, read);
  return read.notes.filter((one) => one.origin === origin && one.size > above).toSorted((left, right) => right.size - left.size);
}

/** Whole notes from where the last reading ended. */
async function readOn(path: string, { upTo, notes }: Read, size: number): Promise<Read> {
  const file = await open(path, 'r');
  try {
    const chunks: Buffer[] = [];
    for (let at = upTo; at < size; ) {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(Math.min(chunkBytes, size - at)), { position: at });
      if (bytesRead === 0) break;
      chunks.push(buffer.subarray(0, bytesRead));
      at += bytesRead;
    }
    const text = Buffer.concat(chunks).toString('utf8');
    const whole = text.slice(0, endOfLastNote(text));
    const found = readNotes(whole).notes.map((note) => ({
      origin: note.checkpoint.origin,
      size: note.checkpoint.size,
      note: writeNote(note),
    }));
    return { upTo: upTo + Buffer.byteLength(whole), notes: [...notes, ...found] };
  } finally {
    await file.close();
  }
}

/** A note ends with its signatures and an empty line; one that is being written waits for the next reading. */
function endOfLastNote(text: string): number {
  for (let at = text.lastIndexOf('\n\n'); at > 0; at = text.lastIndexOf('\n\n', at - 1))
    if (text.startsWith('— ', text.lastIndexOf('\n', at - 1) + 1)) return at + 2;
  return 0;
}

/** For tests that use several files in one process. */
export function forgetAnchorFiles(): void {
  files.clear();
}
