/** Vulnerabilities that people write down themselves, and what they may change by hand. */
import { randomUUID } from 'node:crypto';
import type { Context } from '../../../contract/actor.ts';
import type { ParsedInputOf } from '../../../contract/endpoint.ts';
import { isUniqueViolation } from '../../../platform/database/database-problem.ts';
import { readAssetFacts } from '../asset-facts.ts';
import type { changeVulnerability, replaceVulnerability, VulnerabilityDraft } from '../contract.ts';
import { prioritiesOf } from '../scores/assess.ts';
import { type CvssFacts, reconcile } from '../scores/cvss.ts';
import { dueDate, slaPolicy } from '../scores/sla.ts';
import { findByKey, insertRow, newIds, present, weaknessOf } from '../store.ts';
import type { VulnerabilityRow } from '../table.ts';
import { numberOf } from '../view.ts';
import { vulnerabilityProblems as problems, type VulnerabilityDetail } from '../vulnerability.ts';
import { type FieldChange, type Plan, planAssign, planDue, planEdit } from '../work/change.ts';
import { tell } from '../work/news.ts';
import { personToAssign } from '../work/people.ts';
import { writeHistory } from '../work/plan-store.ts';
import { actingIn, detailOf, planTransition } from '../work/work.ts';
import { fixKey, vulnerabilityKey, weaknessAlias } from './finding-key.ts';

const source = 'manual';

/** @throws vulnerabilities.assetNotFound, .alreadyExists, and what {@link reconcile} throws */
export async function createByHand(draft: VulnerabilityDraft, context: Context): Promise<VulnerabilityDetail> {
  const { author, now } = await actingIn(context);
  const facts = await readAssetFacts(draft.asset_id);
  if (facts === null) throw problems.assetNotFound({ id: draft.asset_id });
  const { score, vector, severity } = reconcile({ score: draft.cvss_score, vector: draft.cvss_vector, severity: draft.severity });
  // Without a CVE nothing says that two entries mean the same: each is its own.
  const rule = draft.cve_id ?? `entry-${randomUUID()}`;
  const weaknessId = await weaknessOf(weaknessAlias({ source, rule }), draft.cve_id ?? draft.title, source);
  const component = draft.cve_id === undefined ? `rule:${rule}` : `rule:${draft.cve_id}`;
  const key = Buffer.from(vulnerabilityKey({ assetId: draft.asset_id, weaknessId, component, locationClass: '' }), 'hex');
  const known = await findByKey(key);
  if (known !== null) throw problems.alreadyExists({ number: numberOf(known), weakness: known.weakness });
  const [id] = await newIds(1);
  const remedy = draft.remedy ?? '';
  const row = {
    id: present(id),
    key,
    ...facts,
    title: draft.title,
    description: draft.description,
    severity,
    severityFixed: true,
    wordsFixed: true,
    weaknessId,
    weakness: draft.cve_id ?? 'manual',
    component,
    location: '',
    source,
    mark: 'declared' as const,
    cveId: draft.cve_id ?? null,
    cvssScore: score,
    cvssVector: vector,
    kev: null,
    epss: null,
    malicious: false,
    remedy,
    fixKey: fixKey({ action: remedy, component, assetId: draft.asset_id }),
    clockStartedAt: now,
    dueAt: dueDate(
      now,
      { severity, kev: null, malicious: false, environment: facts.environment, criticality: facts.criticality },
      slaPolicy(),
    ),
    firstSeen: now,
    lastSeen: now,
    lastVerified: now,
  };
  const priorities = (await prioritiesOf([row], now)).get(row.id);
  const made = await insert({ ...row, priority: 0, priorityLow: 0, priorityHigh: 0, ...priorities });
  await writeHistory([
    { vulnerabilityId: made.id, plan: { kind: 'opened', before: {}, after: { status: 'open', severity }, why: '' }, author },
  ]);
  await tell([{ before: null, after: made }], { cause: 'person', causeId: context.actor.id });
  return detailOf(made, context.actor);
}

async function insert(row: Parameters<typeof insertRow>[0]): Promise<VulnerabilityRow> {
  try {
    return await insertRow(row);
  } catch (error) {
    if (isUniqueViolation(error, 'vulnerability_key'))
      throw problems.alreadyExists({ number: 'that was made at this moment', weakness: row.weakness });
    throw error;
  }
}

type Patch = ParsedInputOf<typeof changeVulnerability>;
type Replacement = ParsedInputOf<typeof replaceVulnerability>;

/** The plans of a PATCH, in the order in which they apply: words, then who, then until when, then status. */
export async function plansOfPatch(row: VulnerabilityRow, patch: Patch, context: Context): Promise<Plan[]> {
  const acting = await actingIn(context);
  const plans: Plan[] = [];
  const edit = planEdit(
    row,
    { set: wordsOf(row, patch), severity: scoresOf(row, patch).severity },
    { now: acting.now, policy: slaPolicy() },
  );
  if (edit !== null) plans.push(edit);
  let next: VulnerabilityRow = row;
  if (patch.assignee_id !== undefined) {
    const person = await personToAssign(patch.assignee_id, context);
    if ((person?.id ?? null) !== row.assigneeId) plans.push(planAssign(row, person));
    next = { ...row, assigneeId: person?.id ?? null };
  }
  if (patch.due_at !== undefined) plans.push(planDue(row, patch.due_at === null ? null : new Date(patch.due_at), patch.reason ?? ''));
  if (patch.status !== undefined && patch.status !== row.status) {
    const { status: to, resolution, reason, until } = patch;
    plans.push(planTransition(next, { to, resolution, reason, until }, acting));
  }
  return plans;
}

/** The plan of a PUT: what is left out becomes empty. */
export function planOfReplacement(
  row: VulnerabilityRow,
  { title, description, severity, cve_id, cvss_score, cvss_vector, remedy }: Replacement,
): Plan[] {
  const scores = reconcile({
    score: cvss_score ?? null,
    vector: cvss_vector ?? null,
    severity: severity ?? (cvss_score === undefined && cvss_vector === undefined ? row.severity : undefined),
  });
  const words = { title, description, cve_id: cve_id ?? null, remedy: remedy ?? '' };
  const edit = planEdit(
    row,
    { set: { ...wordsOf(row, words), ...scoreFields(scores) }, severity: scores.severity },
    { now: new Date(), policy: slaPolicy() },
  );
  return edit === null ? [] : [edit];
}

type Words = Pick<Patch, 'title' | 'description' | 'cve_id' | 'remedy'> & Partial<Pick<Patch, 'severity' | 'cvss_score' | 'cvss_vector'>>;

function wordsOf(row: VulnerabilityRow, words: Words): FieldChange {
  const changesWords =
    (words.title !== undefined && words.title !== row.title) ||
    (words.description !== undefined && words.description !== row.description) ||
    (words.remedy !== undefined && words.remedy !== row.remedy);
  return {
    ...(words.title === undefined ? {} : { title: words.title }),
    ...(words.description === undefined ? {} : { description: words.description }),
    ...(words.cve_id === undefined ? {} : { cveId: words.cve_id }),
    ...(words.remedy === undefined
      ? {}
      : { remedy: words.remedy, fixKey: fixKey({ action: words.remedy, component: row.component, assetId: row.assetId }) }),
    ...(changesWords ? { wordsFixed: true } : {}),
    ...(words.cvss_score === undefined && words.cvss_vector === undefined ? {} : scoreFields(scoresOf(row, words))),
  };
}

function scoreFields({ score, vector }: CvssFacts): FieldChange {
  return { cvssScore: score, cvssVector: vector };
}

/** Score, vector and severity as they would stand together. A new vector without a score brings its own. */
function scoresOf(row: VulnerabilityRow, words: Words): CvssFacts {
  const { severity, cvss_score: score, cvss_vector: vector } = words;
  if (score === undefined && vector === undefined)
    return { score: row.cvssScore, vector: row.cvssVector, severity: severity ?? row.severity };
  return reconcile({
    score: score === undefined ? (vector === null ? row.cvssScore : null) : score,
    vector: vector === undefined ? row.cvssVector : vector,
    severity: severity ?? (score === null || (score === undefined && vector === null && row.cvssScore === null) ? row.severity : undefined),
  });
}
