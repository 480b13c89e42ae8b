/** A finding of the scanner was suppressed, or counts again: its vulnerability follows at once, without another scan. */

import { slaPolicy } from '../scores/sla.ts';
import { type Author, lockRows } from '../store.ts';
import type { VulnerabilityRow } from '../table.ts';
import { type Moment, type Plan, planMove, planReopen } from '../work/change.ts';
import { type Happened, tell } from '../work/news.ts';
import { writePlan } from '../work/plan-store.ts';
import { isLive } from '../work/status.ts';
import { planSight, reassess } from './record.ts';
import { lockByFingerprint, lockRecording, markBack, markGone, readSights, type Sight, setFindingCounts } from './record-store.ts';

export type SuppressionNews = {
  readonly suppressionId: string;
  readonly fingerprint: string;
  readonly held: boolean;
  /** It holds no longer, and a scan still reports the finding. */
  readonly counts: boolean;
  readonly why: string;
};

/** Joins the ambient transaction. Safe to run again. Answers how many vulnerabilities changed. */
export async function followSuppression({ suppressionId, fingerprint, held, counts, why }: SuppressionNews): Promise<number> {
  if (!held && !counts) return 0;
  await lockRecording();
  const now = new Date();
  const findings = await lockByFingerprint(fingerprint, { gone: counts });
  if (findings.length === 0) return 0;
  const ids = findings.map(({ id }) => id);
  if (held) await markGone(ids, now);
  else await markBack(ids);
  const vulnerabilityIds = [...new Set(findings.map(({ vulnerabilityId }) => vulnerabilityId))];
  const sights = await readSights(vulnerabilityIds);
  await setFindingCounts(new Map(vulnerabilityIds.map((id) => [id, sights.get(id)?.findings ?? 0])));
  const author: Author = { kind: 'system', id: 'model-scanner', name: 'Suppression of a finding' };
  const moment: Moment = { now, policy: slaPolicy() };
  const happened: Happened[] = [];
  for (const row of await lockRows(vulnerabilityIds)) {
    const plan = planFor(row, sights.get(row.id), { held, why, moment });
    if (plan !== null) happened.push({ before: row, after: await writePlan(row, plan, { author }) });
  }
  await tell(await reassess(happened, now, author), { cause: 'suppression', causeId: suppressionId });
  return happened.length;
}

type News = { readonly held: boolean; readonly why: string; readonly moment: Moment };

/** Findings that are left speak on; with none left it is no vulnerability while the suppression holds. */
function planFor(row: VulnerabilityRow, sight: Sight | undefined, { held, why, moment }: News): Plan | null {
  if (held && sight !== undefined) return planSight(row, sight, moment);
  if (held) return isLive(row.status) ? withoutReview(planMove(row, { to: 'false_positive', reason: why }, { person, ...moment })) : null;
  // Only what the suppression itself put away comes back: what a person closed meanwhile is theirs.
  return row.status === 'false_positive' && row.reason?.startsWith('Suppressed until') === true
    ? planReopen(row, { why, seen: true }, moment)
    : null;
}

const person = { id: 'model-scanner', name: 'Suppression of a finding' };

/** The suppression has a last day of its own, and tells when it is over. */
function withoutReview(plan: Plan): Plan {
  return { ...plan, set: { ...plan.set, reviewAt: null } };
}
