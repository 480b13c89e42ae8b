/** Recomputes a chain from its stored bytes and names every place where it is not what was written. */

import type { Defect } from '../contract.ts';
import { EntryLine, leafOf, maxLineBytes, zeroLeaf } from '../entry.ts';
import { canonicalJson } from '../recording/canonical-json.ts';
import { Frontier } from '../tree/frontier.ts';

/** An entry as it is stored: the line with its hash, and the columns that repeat parts of it. */
export type StoredEntry = {
  readonly index: number;
  readonly id: string;
  /** As lines write time. */
  readonly time: string;
  readonly line: Buffer;
  readonly leaf: Buffer;
  readonly actorKind: string;
  readonly actorId: string;
  readonly action: string;
  readonly resourceType: string;
  readonly resourceId: string | null;
  readonly outcome: string;
  readonly reason: string | null;
  readonly endpoint: string | null;
  readonly traceId: string;
};

/** How far a sweep has come, and what it saw. */
export type Sweep = {
  readonly next: number;
  /** Leaf of the entry before `next`, hexadecimal. */
  readonly prev: string;
  readonly time: string;
  readonly goodTo: number;
  /** Right edge of the tree over what was swept (see tree/frontier.ts); null after a gap, when no root can be known. */
  readonly edge: Buffer | null;
  readonly defects: readonly Defect[];
  readonly defectCount: number;
};
export const freshSweep: Sweep = { next: 0, prev: zeroLeaf, time: '', goodTo: 0, edge: Buffer.alloc(0), defects: [], defectCount: 0 };
/** Roots that were signed, by size of the log. */
export type SignedRoots = ReadonlyMap<number, Buffer>;
const mostDefects = 100;

/**
 * Goes on with a sweep over the next entries. Pure.
 *
 * @param rows entries in the order of their index column, beginning where the sweep stopped. May have gaps: those are defects.
 * @param workspace whose chain it is. @param signed roots of the sizes that may be reached.
 * @param misprojected entries that the projection has otherwise than the columns, or not at all.
 * @returns the sweep after them. It does not stop at the first defect: the chain is taken up again with what is stored.
 * O(bytes) time; nothing is kept of the rows.
 */
export function sweepOn(
  sweep: Sweep,
  rows: readonly StoredEntry[],
  { workspace, signed, misprojected }: { workspace: string; signed: SignedRoots; misprojected?: ReadonlySet<number> },
): Sweep {
  let { next, prev, time, goodTo, defectCount } = sweep;
  let tree = sweep.edge === null ? null : new Frontier(next, sweep.edge);
  const defects = [...sweep.defects];
  for (const row of rows) {
    const entry = readLine(row.line);
    const leaf = leafOf(row.line);
    const found = [...defectsOf({ row, entry, leaf }, { next, prev, time, workspace })];
    if (row.index !== next) tree = null;
    tree?.append(Buffer.from(leaf, 'hex'));
    if (tree !== null) found.push(...rootDefects(tree, signed));
    if (misprojected?.has(row.index) === true)
      found.push({ index: row.index, kind: 'projection', sentence: `Lists do not find entry ${row.index} under what its columns say.` });
    if (found.length === 0 && defectCount === 0) goodTo = row.index + 1;
    defectCount += found.length;
    defects.push(...found.slice(0, Math.max(0, mostDefects - defects.length)));
    next = row.index + 1;
    prev = leaf;
    time = entry?.time ?? time;
  }
  return { next, prev, time, goodTo, edge: tree?.bytes() ?? null, defects, defectCount };
}

function rootDefects(tree: Frontier, signed: SignedRoots): Defect[] {
  const root = signed.get(tree.size);
  if (root === undefined || tree.root().equals(root)) return [];
  const sentence = `The first ${tree.size} entries are not the ones that were signed.`;
  return [{ index: tree.size - 1, kind: 'root', sentence }];
}

type Expected = { readonly next: number; readonly prev: string; readonly time: string; readonly workspace: string };

type Read = { readonly row: StoredEntry; readonly entry: EntryLine | null; readonly leaf: string };

function* defectsOf({ row, entry, leaf }: Read, expected: Expected): Generator<Defect> {
  const { index } = row;
  const say = (kind: Defect['kind'], sentence: string): Defect => ({ index, kind, sentence });
  if (index > expected.next) {
    const gone = index - expected.next;
    yield say('gap', gone === 1 ? `Entry ${expected.next} is gone.` : `Entries ${expected.next} to ${index - 1} are gone.`);
  }
  if (leaf !== row.leaf.toString('hex'))
    yield say('content', `The bytes of entry ${index} are not the ones that were hashed when it was written.`);

  if (entry === null) {
    yield say('form', `The line of entry ${index} is not a canonical line of version 1.`);
    return;
  }
  if (entry.index !== index) yield say('chain', `The line at place ${index} says it is entry ${entry.index}.`);
  if (entry.workspace !== expected.workspace) yield say('chain', `Entry ${index} was written for another workspace.`);
  // After a gap the hash of the entry before is not known: the gap itself is the defect.
  if (index === expected.next && entry.prev !== expected.prev) {
    yield say(
      'chain',
      index === 0
        ? 'The first entry follows another one.'
        : `Entry ${index} does not follow entry ${index - 1} as it is stored: one of the two was changed.`,
    );
  }
  if (entry.time < expected.time) yield say('time', `Entry ${index} is older than the one before it.`);
  const wrong = wrongProjections(row, entry);
  if (wrong.length > 0) yield say('projection', `The columns ${wrong.join(', ')} of entry ${index} do not say what its line says.`);
}

/** The entry of a line, when its bytes are exactly the canonical form of what they say: no second name, no other order, no stray byte. */
export function readLine(line: Buffer): EntryLine | null {
  const text = line.length > maxLineBytes ? null : decode(line);
  if (text === null) return null;
  try {
    const parsed = EntryLine.safeParse(JSON.parse(text));
    return parsed.success && canonicalJson(parsed.data) === text ? parsed.data : null;
  } catch {
    // Not JSON, or no canonical form: for a strict reader that is the same answer.
    return null;
  }
}

function decode(line: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(line);
  } catch {
    return null;
  }
}

function wrongProjections(row: StoredEntry, entry: EntryLine): string[] {
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ['id', row.id, entry.id],
    ['time', row.time, entry.time],
    ['actor_kind', row.actorKind, entry.actor.kind],
    ['actor_id', row.actorId, entry.actor.id],
    ['action', row.action, entry.action],
    ['resource_type', row.resourceType, entry.resource.type],
    ['resource_id', row.resourceId, entry.resource.id],
    ['outcome', row.outcome, entry.outcome],
    ['reason', row.reason, entry.reason ?? null],
    ['endpoint', row.endpoint, entry.request.endpoint ?? null],
    ['trace_id', row.traceId, entry.request.trace],
  ];
  return pairs.filter(([, column, line]) => column !== line).map(([name]) => name);
}

export type Guards = {
  readonly triggers: readonly string[];
  readonly applicationMay: readonly string[];
  readonly rowSecurity: boolean;
  readonly detachedMonths?: readonly string[];
  /** False: the event trigger that could be made is no longer there. */
  readonly schemaWatched?: boolean;
};

/** The last look of a sweep that reached the end: is the end where the head says, and do the guards of the table stand? Pure. */
export function closingDefects(sweep: Sweep, head: { size: number; leaf: string }, guards: Guards): Defect[] {
  const { next } = sweep;
  const defects: Defect[] = [];
  if (next < head.size) {
    const gone = head.size - next;
    defects.push({
      index: next,
      kind: 'tail',
      sentence: gone === 1 ? 'The newest entry is gone.' : `The newest ${gone} entries are gone.`,
    });
  }
  if (next > head.size)
    defects.push({ index: head.size, kind: 'tail', sentence: `Entries from ${head.size} on were not written by the platform.` });
  if (next === head.size && next > 0 && sweep.prev !== head.leaf) {
    defects.push({ index: next - 1, kind: 'tail', sentence: 'The newest entry is not the one that was written last.' });
  }
  const guard = (sentence: string): number => defects.push({ index: next, kind: 'guard', sentence });
  for (const name of ['never_changed', 'never_emptied']) {
    if (!guards.triggers.includes(name)) guard(`The trigger ${name}, which refuses changes, is missing or switched off.`);
  }
  if (guards.applicationMay.length > 0) guard(`The application role was given ${guards.applicationMay.join(', ')} on the entries.`);
  for (const month of guards.detachedMonths ?? [])
    guard(`The month ${month} was taken out of the log: its entries are in the database, and not in the log.`);
  if (guards.schemaWatched === false) guard('The event trigger that notes changes of the schema is missing or switched off.');
  if (!guards.rowSecurity) guard('Row-level security of the entries is switched off.');
  return defects;
}
