/** What the second places of the audit log show, or refuse to keep. */
import type { z } from 'zod';
import type { StoredEvent } from '../../contract/event.ts';
import type { anchorPlaceFailing, auditHistoryDiffers } from '../audit-logs/contract.ts';
import { raise } from './alert.ts';

/** What is signed and lies in no second place can be rewritten without a trace. */
export async function raiseForPlace(
  { place, size, failures, problem }: z.output<typeof anchorPlaceFailing.payload>,
  { at }: StoredEvent,
): Promise<void> {
  await raise({
    title: `A second place of the audit log keeps no checkpoints: ${place}`.slice(0, 300),
    description: `${failures} tries in a row failed, the last for the checkpoint of ${size} entries. ${problem}`.slice(0, 2000),
    severity: 'high',
    source: 'audit-log',
    category: 'audit-log',
    fingerprint: `place.${place}`.slice(0, 200),
    asset: null,
    vulnerability: null,
    at: new Date(at),
  });
}

export async function raiseForHistory(
  { place, size, signedSize }: z.output<typeof auditHistoryDiffers.payload>,
  { at }: StoredEvent,
): Promise<void> {
  const title =
    signedSize > size
      ? `The audit log was rolled back: ${signedSize} entries were signed, and ${size} are there`
      : `The audit log was rewritten: of its first ${signedSize} entries others were signed`;
  await raise({
    title,
    description: `The signed checkpoint lies in ${place}. The log goes on in a new epoch; if nobody of yours restored a backup, keep that checkpoint and an export, and look into who can write the database.`,
    severity: 'critical',
    source: 'audit-log',
    category: 'audit-log',
    fingerprint: `history.${place} ${signedSize}`.slice(0, 200),
    asset: null,
    vulnerability: null,
    at: new Date(at),
  });
}
