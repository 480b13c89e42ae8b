/** Takes the platform's audit records into the transaction of the change: change committed ⇔ record committed. */

import type { Context } from '../../../contract/actor.ts';
import { isProblem } from '../../../contract/problem.ts';
import { type AuditRecord, auditProblems, installAuditSink } from '../../../platform/audit.ts';
import { config } from '../../../platform/config.ts';
import { afterCommit } from '../../../platform/database/database.ts';
import { isConnectionLoss, isRetryable } from '../../../platform/database/database-problem.ts';
import { forgetKeys, sealParts } from '../sealed/seal-parts.ts';
import { submitPending } from '../sealed/sealed-store.ts';
import { canonicalJson } from './canonical-json.ts';
import { entryId, preciseNow } from './clock.ts';
import { draftEntry, type EntryDraft } from './record-entry.ts';
import { wakeSequencer } from './sequencer.ts';

/** @throws audit.unavailable when the record cannot be written: nothing is changed without one. */
export async function writeAuditRecord(record: AuditRecord, context: Context): Promise<void> {
  const now = preciseNow();
  const draft = draftEntry(record, context, { id: entryId(now), now, process: config().PROCESS });
  try {
    // A key that was destroyed since it was last used is found at the first try.
    const taken = (await submit(draft, context, now)) || (await submit(draft, context, now));
    if (!taken) throw auditProblems.unavailable();
  } catch (error) {
    // What the transaction runs again, or what says that the database is away, is not for us to reword.
    if (isProblem(error) || isRetryable(error) || isConnectionLoss(error)) throw error;
    throw auditProblems.unavailable({}, { cause: error });
  }
  afterCommit(wakeSequencer);
}

async function submit({ entry, parts }: EntryDraft, { actor: { workspaceId } }: Context, now: number): Promise<boolean> {
  const { references, ...rest } = await sealParts(parts, { workspaceId, id: entry.id, now });
  const line = references.length === 0 ? entry : { ...entry, sealed: [...references] };
  const payload = Buffer.from(canonicalJson(line), 'utf8');
  const taken = await submitPending({ id: entry.id, payload, ...rest });
  if (!taken) forgetKeys(new Set(references.map(({ key }) => key)));
  return taken;
}

export function installSink(): void {
  installAuditSink(writeAuditRecord);
}
