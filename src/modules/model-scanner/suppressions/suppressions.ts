/** Deciding to live with a finding, taking that back, and what happens when the time is over. Each joins the ambient transaction. */
import type { z } from 'zod';
import type { Context } from '../../../contract/actor.ts';
import { printWhere } from '../../../contract/print-where.ts';
import { audit } from '../../../platform/audit.ts';
import { publish } from '../../../platform/events/publish.ts';
import { longestSuppressionDays, type Suppression, type SuppressionDraft, suppressionChanged, suppressionProblems } from '../contract.ts';
import { findFinding } from '../store.ts';
import {
  endSuppression,
  findStanding,
  findSuppression,
  insertSuppression,
  lockExpired,
  reportingScans,
  reviveSuppression,
} from './suppression-store.ts';

const dayMs = 86_400_000;
const auditType = 'suppression';

/** @throws model-scanner.suppressionDate unless the day lies between tomorrow and 365 days from now, in UTC */
export function checkExpiry(expires: string, now: Date): void {
  const today = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate());
  const days = Math.round((Date.parse(`${expires}T00:00:00Z`) - today) / dayMs);
  if (days < 1 || days > longestSuppressionDays) throw suppressionProblems.suppressionDate({ given: expires });
}

/** @throws model-scanner.findingNotFound, .alreadySuppressed, .suppressionDate */
export async function suppress(draft: z.output<typeof SuppressionDraft>, context: Context): Promise<Suppression> {
  checkExpiry(draft.expires, new Date());
  const finding = await findFinding(draft.finding);
  if (finding === null) throw suppressionProblems.findingNotFound({ id: draft.finding });
  const standing = await findStanding(finding.fingerprint);
  if (standing?.state === 'holds') throw suppressionProblems.alreadySuppressed({ until: standing.expires });
  if (standing !== null) await endSuppression(standing.id, null);
  const made = await insertSuppression({
    fingerprint: finding.fingerprint,
    ruleId: finding.ruleId,
    title: finding.title,
    severity: finding.severity,
    place: printWhere(finding.where).slice(0, 4000),
    scanId: finding.scanId,
    reason: draft.reason,
    owner: draft.owner,
    expires: draft.expires,
    createdBy: context.actor.id,
  });
  audit.subject({ type: auditType, id: made.id });
  audit.change({
    after: { fingerprint: made.fingerprint, rule: made.ruleId, reason: made.reason, owner: made.owner, expires: made.expires },
  });
  await tell(made, true, `Suppressed until ${made.expires}: ${made.reason}`);
  return made;
}

/** @throws model-scanner.suppressionNotFound, .suppressionEnded */
export async function lift(id: string, context: Context): Promise<Suppression> {
  const known = await suppressionOrRefuse(id);
  if (known.state !== 'holds') throw suppressionProblems.suppressionEnded();
  await endSuppression(id, context.actor.id);
  audit.subject({ type: auditType, id });
  audit.change({ before: { state: 'holds' }, after: { state: 'lifted' } });
  await tell(known, false, 'The suppression was lifted.');
  return suppressionOrRefuse(id);
}

/** @throws model-scanner.suppressionNotFound, .suppressionHolds, .suppressionDate, .alreadySuppressed */
export async function restore(id: string): Promise<Suppression> {
  const known = await suppressionOrRefuse(id);
  if (known.state === 'holds') throw suppressionProblems.suppressionHolds();
  checkExpiry(known.expires, new Date());
  const standing = await findStanding(known.fingerprint);
  if (standing !== null) throw suppressionProblems.alreadySuppressed({ until: standing.expires });
  await reviveSuppression(id);
  audit.subject({ type: auditType, id });
  audit.change({ before: { state: known.state }, after: { state: 'holds' } });
  await tell(known, true, `Suppressed until ${known.expires}: ${known.reason}`);
  return suppressionOrRefuse(id);
}

/** Suppressions past their last day: noticed once, told once. */
export async function endExpired(): Promise<number> {
  const expired = await lockExpired();
  for (const suppression of expired) {
    await endSuppression(suppression.id, null);
    await tell(suppression, false, `The suppression ended on ${suppression.expires}.`);
  }
  return expired.length;
}

async function suppressionOrRefuse(id: string): Promise<Suppression> {
  const suppression = await findSuppression(id);
  if (suppression === null) throw suppressionProblems.suppressionNotFound({ id });
  return suppression;
}

async function tell({ id, fingerprint }: Suppression, held: boolean, why: string): Promise<void> {
  await publish(suppressionChanged, { suppressionId: id, fingerprint, held, scanIds: await reportingScans(fingerprint), why });
}
