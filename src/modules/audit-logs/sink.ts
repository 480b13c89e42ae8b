/** Takes the platform's audit records into the transaction of the change: change committed ⇔ record committed. */

import type { Context } from '../../contract/actor.ts';
import { type AuditRecord, installAuditSink } from '../../platform/audit.ts';
import { config } from '../../platform/config.ts';
import { afterCommit } from '../../platform/database/database.ts';
import { canonicalJson } from './canonical-json.ts';
import { entryId, preciseNow } from './clock.ts';
import { pendingEntry } from './record-entry.ts';
import { wakeSequencer } from './sequencer.ts';
import { submitPending } from './store.ts';

export async function writeAuditRecord(record: AuditRecord, context: Context): Promise<void> {
  const now = preciseNow();
  const id = entryId(now);
  const payload = Buffer.from(canonicalJson(pendingEntry(record, context, { id, now, process: config().PROCESS })), 'utf8');
  await submitPending({ id, payload, address: context.address?.slice(0, 64) ?? null, userAgent: context.userAgent?.slice(0, 400) ?? null });
  afterCommit(wakeSequencer);
}

export function installSink(): void {
  installAuditSink(writeAuditRecord);
}
