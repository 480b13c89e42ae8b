/** Seals the personal parts of a record under the keys of their subjects, in the transaction of the change. */
import type { KeyObject } from 'node:crypto';
import { afterCommit } from '../../../platform/database/database.ts';
import type { SealedPart } from '../entry.ts';
import { entryId } from '../recording/clock.ts';
import { type FreshKey, findLiveKeys, type SealedDraft, thisDatabase } from './sealed-store.ts';
import { freshSubjectKey, sealPart, unwrapKey, workspaceKey, wrapKey } from './sealing.ts';

/** Personal values of one record, before they are sealed. */
export type PersonalPart = { readonly purpose: SealedPart['purpose']; readonly subject: string; readonly values: unknown };
type SubjectKey = { readonly id: string; readonly key: KeyObject; readonly workspaceId: string };
type Kept = SubjectKey & { readonly at: number };

/** A key destroyed by another process is used at most this long here; what it seals is erased at once. */
const keptMs = 60_000;
const mostKept = 10_000;
/** By database: tests use several in one process. */
const kept = new WeakMap<object, Map<string, Kept>>();

function keptKeys(): Map<string, Kept> {
  const database = thisDatabase();
  const known = kept.get(database) ?? new Map<string, Kept>();
  kept.set(database, known);
  return known;
}

/** Takes keys out of the memory of this process, at once when they are destroyed here. */
export function forgetKeys(ids: ReadonlySet<string>): void {
  const known = keptKeys();
  for (const [name, { id }] of known) if (ids.has(id)) known.delete(name);
}

export type SealedParts = {
  readonly references: readonly SealedPart[];
  readonly sealed: readonly SealedDraft[];
  readonly fresh: readonly FreshKey[];
  readonly wrappedBy: string;
};
export const nothingSealed: SealedParts = { references: [], sealed: [], fresh: [], wrappedBy: '-' };

/** @param parts at most one of each purpose. @param now ms since 1970: keys are of a month, so that a part of a person's data can be kept by law and the rest erased. */
export async function sealParts(
  parts: readonly PersonalPart[],
  { workspaceId, id, now }: { workspaceId: string; id: string; now: number },
): Promise<SealedParts> {
  if (parts.length === 0) return nothingSealed;
  const month = new Date(now).toISOString().slice(0, 7);
  const fresh: FreshKey[] = [];
  const references: SealedPart[] = [];
  const sealed: SealedDraft[] = [];
  let home = workspaceId;
  for (const { purpose, subject, values } of parts) {
    const name = [workspaceId, subject, purpose, month].join('\n');
    const { key, made } = await subjectKey(name, { subject, purpose, month: `${month}-01`, now });
    if (made !== null) fresh.push(made);
    home = key.workspaceId;
    const place = { workspaceId: key.workspaceId, entryId: id, purpose, keyId: key.id };
    const { reference, nonce, ciphertext } = sealPart(key.key, place, values);
    references.push(reference);
    sealed.push({ purpose, key: key.id, nonce, ciphertext });
  }
  // Deriving it costs more than sealing does, and only fresh keys are wrapped.
  return { references, sealed, fresh, wrappedBy: fresh.length === 0 ? '-' : workspaceKey(home).id };
}

type Wanted = { readonly subject: string; readonly purpose: SealedPart['purpose']; readonly month: string; readonly now: number };

async function subjectKey(name: string, wanted: Wanted): Promise<{ key: SubjectKey; made: FreshKey | null }> {
  const known = keptKeys();
  const found = known.get(name);
  if (found !== undefined && wanted.now - found.at < keptMs && wanted.now >= found.at) return { key: found, made: null };
  known.delete(name);
  const { workspaceId, id, wrapped } = await findLiveKeys(wanted);
  const opened = id === null || wrapped === null ? null : unwrapKey(wrapped, { workspaceId, keyId: id });
  if (id !== null && opened !== null) return { key: remember(known, name, { id, key: opened, workspaceId, at: wanted.now }), made: null };
  // No key yet, or one that the present key of the workspace does not open: what is recorded now gets one that opens.
  const fresh = { id: entryId(wanted.now), key: freshSubjectKey(), workspaceId };
  // Known to others, and to this process, once it is durable.
  afterCommit(() => void remember(known, name, { ...fresh, at: wanted.now }));
  const made = { ...wanted, id: fresh.id, wrapped: wrapKey(fresh.key, { workspaceId, keyId: fresh.id }) };
  return { key: fresh, made };
}

function remember(known: Map<string, Kept>, name: string, key: Kept): Kept {
  if (known.size >= mostKept) known.clear();
  known.set(name, key);
  return key;
}
