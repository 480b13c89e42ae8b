/** Findings become vulnerabilities: known ones are seen again, new ones open, closed ones that are still there reopen. */
import { severityRank } from '../../../contract/severity.ts';
import { type AssetFacts, readAssetFacts } from '../asset-facts.ts';
import { prioritiesOf } from '../scores/assess.ts';
import { dueDate, slaPolicy } from '../scores/sla.ts';
import { type Author, adoptAliases, newIds, spreadAliases, weaknessesOf } from '../store.ts';
import type { VulnerabilityDraftRow, VulnerabilityRow } from '../table.ts';
import { dueAfter, type Moment, type Plan, planReopen } from '../work/change.ts';
import { type Happened, tell } from '../work/news.ts';
import { insertRows, writeHistory, writePlan } from '../work/plan-store.ts';
import { findingKey, fixKey, vulnerabilityKey, weaknessAlias } from './finding-key.ts';
import {
  type FindingDraft,
  lockByKeys,
  lockRecording,
  markSeen,
  type Run,
  readSights,
  type Sight,
  setFindingCounts,
  type Upserted,
  upsertFindings,
} from './record-store.ts';

/** One finding as a source reports it, already attributed to an asset. `location` is the exact place, `locationClass` the thing to mend. */
export type Reported = Omit<FindingDraft, 'key' | 'vulnerabilityId'> & {
  readonly locationClass: string;
  /** Of a published weakness: what is known about it in the world. */
  readonly advisory?: AdvisoryFacts;
};
export type AdvisoryFacts = Pick<VulnerabilityRow, 'cveId' | 'cvssScore' | 'cvssVector' | 'kev' | 'epss'> & {
  /** Every name of it. */
  readonly ids: readonly string[];
};
export type Recorded = { read: number; opened: number; reopened: number; changed: number; unchanged: number; rejected: number };
export const nothingRecorded: Recorded = { read: 0, opened: 0, reopened: 0, changed: 0, unchanged: 0, rejected: 0 };

/** Facts of assets, asked for once a run. */
export class AssetBook {
  readonly #known = new Map<string, AssetFacts | null>();

  async of(assetId: string): Promise<AssetFacts | null> {
    const known = this.#known.get(assetId);
    if (known !== undefined) return known;
    const facts = await readAssetFacts(assetId);
    this.#known.set(assetId, facts);
    return facts;
  }
}

type Keyed = { readonly reported: Reported; readonly key: string; readonly vulnerabilityKey: string; readonly weaknessId: string };
export type Recording = { readonly run: Run; readonly author: Author; readonly assets: AssetBook };

/**
 * Records one batch in the ambient transaction. Repeating it changes nothing but when things were last seen.
 * Findings of assets this workspace does not have are rejected and counted.
 */
export async function record(reported: readonly Reported[], { run, author, assets }: Recording): Promise<Recorded> {
  if (reported.length === 0) return nothingRecorded;
  await lockRecording();
  const owned: Reported[] = [];
  for (const one of reported) if ((await assets.of(one.assetId)) !== null) owned.push(one);
  const keyed = await withKeys(owned, run.source);
  const groups = Map.groupBy(keyed.values(), (one) => one.vulnerabilityKey);
  const known = new Map((await lockByKeys([...groups.keys()])).map((row) => [row.key.toString('hex'), row]));
  const made = await open(
    [...groups].filter(([key]) => !known.has(key)),
    { run, author, assets },
  );
  const rows = new Map([...known, ...made]);
  const drafts = [...keyed.values()].flatMap(({ reported: one, key, vulnerabilityKey: group }) => {
    const row = rows.get(group);
    if (row === undefined) return [];
    const { locationClass: _class, advisory: _advisory, ...rest } = one;
    return [{ ...rest, key, vulnerabilityId: row.id }];
  });
  const stored = await upsertFindings(drafts, run);
  const happened = await follow([...known.values()], stored, { run, author });
  await tell([...[...made.values()].map((after) => ({ before: null, after })), ...happened], { cause: run.source, causeId: run.runId });
  const reopened = happened.filter(({ before, after }) => before?.live === false && after.live).length;
  return {
    read: reported.length,
    opened: made.size,
    reopened,
    changed: happened.length - reopened,
    unchanged: known.size - happened.length,
    rejected: reported.length - owned.length,
  };
}

/** Twins inside a batch are one. */
async function withKeys(reported: readonly Reported[], source: string): Promise<Map<string, Keyed>> {
  const names = new Map(reported.map(({ source: tool, ruleId }) => [weaknessAlias({ source: tool, rule: ruleId }), ruleId]));
  const clusters = clustersOf(reported);
  await adoptAliases(clusters, source);
  const weaknesses = await weaknessesOf(
    [...names].map(([alias, name]) => ({ alias, name })),
    source,
  );
  await spreadAliases(clusters, weaknesses, source);
  const keyed = new Map<string, Keyed>();
  for (const one of reported) {
    const weaknessId = weaknesses.get(weaknessAlias({ source: one.source, rule: one.ruleId }));
    if (weaknessId === undefined) continue;
    const key = findingKey({
      source: one.source,
      assetId: one.assetId,
      rule: one.ruleId,
      component: one.component,
      location: one.location,
    });
    const group = vulnerabilityKey({ assetId: one.assetId, weaknessId, component: one.component, locationClass: one.locationClass });
    if (!keyed.has(key)) keyed.set(key, { reported: one, key, vulnerabilityKey: group, weaknessId });
  }
  return keyed;
}

/** Shown name → the other names of the same weakness. */
function clustersOf(reported: readonly Reported[]): Map<string, string[]> {
  return new Map(
    reported.flatMap(({ source, ruleId, advisory }) => {
      if (advisory === undefined) return [];
      const shown = weaknessAlias({ source, rule: ruleId });
      const others = advisory.ids.map((id) => weaknessAlias({ source, rule: id })).filter((alias) => alias !== shown);
      return others.length === 0 ? [] : [[shown, others] as const];
    }),
  );
}

async function open(
  groups: readonly (readonly [string, readonly Keyed[]])[],
  { run, author, assets }: Recording,
): Promise<Map<string, VulnerabilityRow>> {
  if (groups.length === 0) return new Map();
  const ids = await newIds(groups.length);
  const drafts: (VulnerabilityDraftRow & { id: string })[] = [];
  for (const [at, [key, members]] of groups.entries()) {
    const facts = await assets.of(members[0]?.reported.assetId ?? '');
    const id = ids[at];
    if (facts !== null && id !== undefined) drafts.push(draftOf({ id, key, members, facts }, run));
  }
  const priorities = await prioritiesOf(drafts.map(asQuestioned), run.seenAt);
  const rows = await insertRows(drafts.map((draft) => ({ ...draft, ...priorities.get(draft.id) })));
  const opened = { kind: 'opened' as const, before: {}, after: { status: 'open' }, why: '' };
  await writeHistory(
    rows.map((row) => ({ vulnerabilityId: row.id, plan: { ...opened, after: { status: 'open', severity: row.severity } }, author })),
  );
  return new Map(rows.map((row) => [row.key.toString('hex'), row]));
}

/** A draft as risk looks at it: what PostgreSQL would fill in is filled in. */
function asQuestioned(draft: VulnerabilityDraftRow & { id: string }) {
  return {
    ...draft,
    cvssScore: draft.cvssScore ?? null,
    kev: draft.kev ?? null,
    epss: draft.epss ?? null,
    malicious: draft.malicious ?? false,
    exposure: draft.exposure ?? ('unknown' as const),
    criticality: draft.criticality ?? null,
    dataClasses: draft.dataClasses ?? [],
    fixKey: draft.fixKey ?? null,
    remedy: draft.remedy ?? '',
  };
}

const unpublished: AdvisoryFacts = { ids: [], cveId: null, cvssScore: null, cvssVector: null, kev: null, epss: null };
type Opening = { readonly id: string; readonly key: string; readonly members: readonly Keyed[]; readonly facts: AssetFacts };

function draftOf({ id, key, members, facts }: Opening, run: Run): VulnerabilityDraftRow & { id: string } {
  const [worst] = members.toSorted((left, right) => severityRank(left.reported.severity) - severityRank(right.reported.severity));
  if (worst === undefined) throw new TypeError('A vulnerability has at least one finding.');
  const { reported, weaknessId } = worst;
  const { ids: _ids, ...published } = reported.advisory ?? unpublished;
  const { kev } = published;
  const malicious = members.some((member) => member.reported.malicious);
  return {
    id,
    key: Buffer.from(key, 'hex'),
    ...facts,
    title: reported.title,
    description: reported.why,
    severity: reported.severity,
    weaknessId,
    weakness: reported.ruleId,
    component: reported.component,
    location: reported.locationClass,
    source: reported.source,
    mark: reported.mark as VulnerabilityRow['mark'],
    ...published,
    malicious,
    remedy: reported.remedy,
    fixKey: fixKey({ action: reported.remedy, component: reported.component, assetId: reported.assetId }),
    findingCount: members.length,
    priority: 0,
    priorityLow: 0,
    priorityHigh: 0,
    clockStartedAt: run.seenAt,
    dueAt: dueDate(
      run.seenAt,
      { severity: reported.severity, kev, malicious, environment: facts.environment, criticality: facts.criticality },
      slaPolicy(),
    ),
    firstSeen: run.seenAt,
    lastSeen: run.seenAt,
    lastVerified: run.seenAt,
  };
}

/** Known vulnerabilities after their findings were stored. Answers those that changed. */
async function follow(
  rows: readonly VulnerabilityRow[],
  stored: readonly Upserted[],
  { run, author }: Pick<Recording, 'run' | 'author'>,
): Promise<Happened[]> {
  if (rows.length === 0) return [];
  const sights = await readSights(rows.map(({ id }) => id));
  const fresh = new Set(stored.filter(({ isNew }) => isNew).map(({ vulnerabilityId }) => vulnerabilityId));
  await markSeen(
    rows.map(({ id }) => id),
    run.seenAt,
  );
  await setFindingCounts(
    new Map(
      rows.flatMap(({ id, findingCount }) =>
        (sights.get(id)?.findings ?? 0) === findingCount ? [] : [[id, sights.get(id)?.findings ?? 0] as const],
      ),
    ),
  );
  const moment: Moment = { now: run.seenAt, policy: slaPolicy() };
  const happened: Happened[] = [];
  for (const row of rows) {
    const sight = sights.get(row.id);
    const plans = sight === undefined ? [] : plansFor(row, sight, { run, moment, hasNewEvidence: fresh.has(row.id) });
    if (plans.length === 0) continue;
    let after = row;
    for (const plan of plans) after = await writePlan(after, plan, { author });
    happened.push({ before: row, after });
  }
  return reassess(happened, run.seenAt, author);
}

type Seeing = { readonly run: Run; readonly moment: Moment; readonly hasNewEvidence: boolean };

function plansFor(row: VulnerabilityRow, sight: Sight, { run, moment, hasNewEvidence }: Seeing): Plan[] {
  const plans: Plan[] = [];
  const worse = severityRank(sight.severity) < severityRank(row.severity);
  const seen = planSight(row, sight, moment);
  if (seen !== null) plans.push(seen);
  // A report of a scan that began before the person said "fixed" says nothing about the fix.
  const stillThere = row.status === 'resolved' && (row.resolvedAt === null || row.resolvedAt < run.startedAt);
  const doubtful = row.status === 'false_positive' && hasNewEvidence;
  const graver = row.status === 'risk_accepted' && worse;
  const why = stillThere ? 'A scan sees it again.' : doubtful ? 'Its evidence changed.' : 'It became more severe than what was accepted.';
  if (stillThere || doubtful || graver) plans.push(planReopen(row, { why, seen: true }, moment));
  return plans;
}

/** The worst finding speaks for all; a severity that a person set stays, and the source's own is kept beside it. */
export function planSight(row: VulnerabilityRow, sight: Sight, moment: Moment): Plan | null {
  const own = row.severityFixed ? row.sourceSeverity : row.severity;
  const severityChanged = own !== sight.severity;
  const wordsChanged = !row.wordsFixed && (row.title !== sight.title || row.remedy !== sight.remedy || row.description !== sight.why);
  if (!severityChanged && !wordsChanged && row.malicious === sight.malicious) return null;
  const key = fixKey({ action: sight.remedy, component: row.component, assetId: row.assetId });
  const severity = row.severityFixed ? { sourceSeverity: sight.severity } : { severity: sight.severity };
  const dueAt = row.severityFixed ? row.dueAt : dueAfter(row, { severity: sight.severity, malicious: sight.malicious }, moment);
  return {
    set: {
      ...severity,
      malicious: sight.malicious,
      ...(row.wordsFixed ? {} : { title: sight.title, description: sight.why, remedy: sight.remedy, fixKey: key }),
      dueAt,
    },
    kind: severityChanged ? 'severity' : 'edited',
    before: { severity: own, title: row.title },
    after: { severity: sight.severity, title: sight.title },
    why: 'The scan reports it so.',
  };
}

/** New priorities for rows whose facts changed. */
export async function reassess(happened: readonly Happened[], at: Date, author: Author): Promise<Happened[]> {
  const priorities = await prioritiesOf(
    happened.map(({ after }) => after),
    at,
  );
  const told: Happened[] = [];
  for (const { before, after } of happened) {
    const next = priorities.get(after.id);
    if (
      next === undefined ||
      (next.priority === after.priority && next.priorityLow === after.priorityLow && next.priorityHigh === after.priorityHigh)
    ) {
      told.push({ before, after });
      continue;
    }
    const plan: Plan = {
      set: next,
      kind: 'priority',
      before: { priority: after.priority / 1e6 },
      after: { priority: next.priority / 1e6 },
      why: 'What is known about it changed.',
    };
    told.push({ before, after: await writePlan(after, plan, { author }) });
  }
  return told;
}
