/** Opens the personal parts of one entry. By the time it runs, the right was checked; that it ran is recorded. */
import type { OutputOf } from '../../../contract/endpoint.ts';
import { auditLogProblems } from '../contract.ts';
import { EntryLine, type SealedPart } from '../entry.ts';
import { findEntry } from '../reading/reading-store.ts';
import type { PersonalPart, readSealed } from '../retention/keeping-contract.ts';
import { readParts, readPrivate, type StoredPart } from './sealed-store.ts';
import { hashOf, openPart, unwrapKey } from './sealing.ts';

/** @throws audit-logs.notFound */
export async function openSealed({ id }: { id: string }): Promise<OutputOf<typeof readSealed>> {
  const line = await findEntry(id);
  if (line === undefined) throw auditLogProblems.notFound({ id });
  const { sealed = [], workspace } = EntryLine.parse(JSON.parse(line.toString('utf8')));
  if (sealed.length === 0) return { parts: await oldPart(id) };
  const stored = await readParts(
    id,
    sealed.map(({ key }) => key),
  );
  return {
    parts: sealed.map((reference) =>
      opened(
        reference,
        stored.find(({ keyId }) => keyId === reference.key),
        { id, workspace },
      ),
    ),
  };
}

/** Purposes of an entry's parts, and which were erased, without opening any. */
export async function sealedPurposes(id: string, line: Buffer): Promise<{ purpose: SealedPart['purpose']; erasedAt: string | null }[]> {
  const { sealed = [] } = EntryLine.parse(JSON.parse(line.toString('utf8')));
  if (sealed.length === 0) return (await readPrivate(id)) === undefined ? [] : [{ purpose: 'request', erasedAt: null }];
  const stored = await readParts(
    id,
    sealed.map(({ key }) => key),
  );
  return sealed.map(({ purpose, key }) => ({
    purpose,
    erasedAt: stored.find(({ keyId }) => keyId === key)?.destroyedAt?.toISOString() ?? null,
  }));
}

function opened(
  { purpose, key, hash }: SealedPart,
  stored: StoredPart | undefined,
  { id, workspace }: { id: string; workspace: string },
): PersonalPart {
  const say = (state: PersonalPart['state'], values: unknown = null): PersonalPart => ({
    purpose,
    key,
    state,
    erasedAt: stored?.destroyedAt?.toISOString() ?? null,
    values: values as PersonalPart['values'],
  });
  if (stored?.destroyedAt != null) return say('erased');
  if (stored?.wrapped == null || stored.nonce === null || stored.ciphertext === null) return say('gone');
  // Compared with the line, which the tree vouches for: what is opened is what was sealed then.
  if (hashOf(stored.ciphertext) !== hash) return say('changed');
  const subjectKey = unwrapKey(stored.wrapped, { workspaceId: workspace, keyId: key });
  if (subjectKey === null) return say('unreadable');
  const values = openPart(
    subjectKey,
    { workspaceId: workspace, entryId: id, purpose, keyId: key },
    { nonce: stored.nonce, ciphertext: stored.ciphertext },
  );
  return values === undefined ? say('changed') : say('open', values);
}

async function oldPart(id: string): Promise<PersonalPart[]> {
  const row = await readPrivate(id);
  return row === undefined ? [] : [{ purpose: 'request', key: null, state: 'open', erasedAt: null, values: row }];
}
