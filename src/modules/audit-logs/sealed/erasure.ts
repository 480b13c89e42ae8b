/** Erases personal parts by destroying the keys they are sealed under. Lines, tree and proofs are not touched. */
import type { Context } from '../../../contract/actor.ts';
import type { OutputOf, ParsedInputOf } from '../../../contract/endpoint.ts';
import { audit } from '../../../platform/audit.ts';
import { config } from '../../../platform/config.ts';
import { systemTransaction, transaction } from '../../../platform/database/database.ts';
import { systemContext } from '../recording/system-context.ts';
import {
  type ErasableKey,
  type erasePersonal,
  keepingProblems,
  type previewErasure,
  type Refusal,
  type Terms,
} from '../retention/keeping-contract.ts';
import { readTerms } from '../retention/retention-store.ts';
import { addMonths, longestObligation, longestPossible, monthEnd } from '../retention/terms.ts';
import { destroyedIn, listDestroyed } from './destroyed-list.ts';
import { forgetKeys } from './seal-parts.ts';
import {
  actionsUnder,
  destroyAgainAcrossWorkspaces,
  destroyKeys,
  erasePrivate,
  readErasable,
  type ErasableKey as StoredKey,
} from './sealed-store.ts';

/** Two purposes and twelve months for a lifetime; a subject with more is erased in several goes. */
const mostKeys = 2000;
/** Key ids in one entry: a line has at most 32 KiB. */
const namedAtOnce = 150;

export async function preview({ subject_id }: ParsedInputOf<typeof previewErasure>): Promise<OutputOf<typeof previewErasure>> {
  const keys = await judged(subject_id);
  const free = keys.filter(({ refusal }) => refusal === null);
  return { keys, parts: sumOf(free), refused: keys.length - free.length };
}

/**
 * Destroys what may be destroyed, in one transaction with the entries that name the keys.
 * @throws audit-logs.nothingToErase, audit-logs.erasureHeld when all of it must be kept
 */
export async function erase({ subject_id, ground }: ParsedInputOf<typeof erasePersonal>): Promise<OutputOf<typeof erasePersonal>> {
  const keys = await judged(subject_id);
  const free = keys.filter(({ refusal }) => refusal === null);
  const refused = keys.filter(({ refusal }) => refusal !== null);
  const old = await erasePrivate(subject_id, new Date(Date.now() + 86_400_000).toISOString().slice(0, 10));
  if (free.length === 0 && old === 0) {
    const reason = refused[0]?.refusal?.reason;
    throw reason === undefined ? keepingProblems.nothingToErase({ subject: subject_id }) : keepingProblems.erasureHeld({ reason });
  }
  audit.subject({ type: 'audit-logs', id: null });
  const gone = await destroy(
    free.map(({ id }) => id),
    ground,
  );
  return { erased: gone.size, parts: sumOf(free.filter(({ id }) => gone.has(id))) + old, refused };
}

/** Personal parts whose term has ended, in the running workspace's transaction. @returns how many keys were destroyed */
export async function eraseExpired(expired: readonly { id: string; month: string }[], terms: Terms): Promise<number> {
  const today = new Date().toISOString().slice(0, 10);
  const free: string[] = [];
  for (const { id, month } of expired) if ((await lawRefusal(id, month, { terms, today })) === null) free.push(id);
  return (await destroy(free, 'term-ended')).size;
}

async function judged(subject: string): Promise<ErasableKey[]> {
  const terms = await readTerms();
  const today = new Date().toISOString().slice(0, 10);
  const keys: ErasableKey[] = [];
  for (const { held, ...key } of await readErasable(subject, mostKeys))
    keys.push({ ...key, refusal: held ? heldRefusal : await lawRefusal(key.id, key.month, { terms, today }) });
  return keys;
}

const heldRefusal: Refusal = { code: 'legal-hold', reason: 'A legal hold covers these entries.', until: null };

async function lawRefusal(
  keyId: string,
  month: StoredKey['month'],
  { terms, today }: { terms: Terms; today: string },
): Promise<Refusal | null> {
  const end = monthEnd(month);
  if (addMonths(end, longestPossible(terms)) <= today) return null;
  // A record finds its place within a second of its moment; a month on both sides is far more than enough.
  const range = { from: new Date(`${addMonths(end, -2)}T00:00:00Z`), before: new Date(`${addMonths(end, 1)}T00:00:00Z`) };
  const term = longestObligation(terms, await actionsUnder(keyId, range));
  if (term === null) return null;
  const until = addMonths(end, term.months);
  return until <= today ? null : { code: 'law', reason: term.law, until };
}

/** First the list that outlives a restore, then the keys, and an entry that names them: the order in which each can be trusted. */
async function destroy(ids: readonly string[], ground: string): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set();
  await listDestroyed(config().AUDIT_DESTROYED_KEYS, ids, new Date());
  const gone = await destroyKeys(ids, ground);
  forgetKeys(new Set(gone));
  await nameDestroyed(gone, 'audit-logs.destroy-keys');
  return new Set(gone);
}

async function nameDestroyed(ids: readonly string[], action: string): Promise<void> {
  for (let from = 0; from < ids.length; from += namedAtOnce) {
    const keys = ids.slice(from, from + namedAtOnce);
    await audit.record({ action, resource: { type: 'audit-logs', id: keys[0] ?? null }, outcome: 'done', change: { after: { keys } } });
  }
}

/** Before anybody is served: what a restored backup brought back is destroyed again. @returns how many keys that were */
export async function destroyListedAgain(path: string = config().AUDIT_DESTROYED_KEYS): Promise<number> {
  let count = 0;
  for await (const ids of destroyedIn(path)) {
    const again = await systemTransaction(() => destroyAgainAcrossWorkspaces(ids));
    count += again.length;
    const byWorkspace = Map.groupBy(again, ({ workspaceId }) => workspaceId);
    for (const [workspaceId, keys] of byWorkspace) {
      const context: Context = systemContext(workspaceId, 'audit-log');
      await transaction(context, () =>
        nameDestroyed(
          keys.map(({ id }) => id),
          'audit-logs.destroy-keys-again',
        ),
      );
    }
  }
  return count;
}

function sumOf(keys: readonly ErasableKey[]): number {
  return keys.reduce((sum, { entries }) => sum + entries, 0);
}
