/** The product door of risk. */
import { call } from '../../platform/http/call.ts';
import { handle, type Route } from '../../platform/http/handle.ts';
import { type FixSummary, summariseFixes } from '../vulnerabilities/contract.ts';
import { assess, explainStored, explanationOf } from './assess.ts';
import { describeFixes, findAssessment } from './assessment-store.ts';
import { assetRisk, levelOf } from './asset-risk.ts';
import {
  type AssetRisk,
  assessPriorities,
  explainPriority,
  type Fix,
  getAssetRisk,
  getPosture,
  listFixes,
  listMovements,
  type Movement,
  type Posture,
  riskProblems,
  whatIf,
} from './contract.ts';
import { pointsWon } from './fix.ts';
import { readLedger } from './ledger-store.ts';
import { coverageOf, scoreOf } from './posture.ts';
import {
  type FixGain,
  findAsset,
  listMovementRows,
  type Point,
  rankFixes,
  stateAt,
  sumByCause,
  sumsWithout,
  trend,
} from './posture-store.ts';
import { pointMillionths } from './priority.ts';
import type { MovementRow } from './table.ts';

const dayMs = 86_400_000;

function points(value: number | null): number | null {
  return value === null ? null : value / pointMillionths;
}
function share(value: number | null): number | null {
  return value === null ? null : value / 1_000_000;
}
function toPoint({ at, score, coverage }: Point) {
  return { at: at.toISOString(), score: points(score), coverage: share(coverage) };
}

async function posture(input: { at?: string | undefined; since?: string | undefined; days: number }): Promise<Posture> {
  const now = new Date();
  const at = input.at === undefined ? now : new Date(input.at);
  const { posture: sums, counts } = await readLedger();
  const past = at < now ? await stateAt(at) : null;
  const score = at < now ? (past?.score ?? null) : scoreOf(sums);
  const coverage = at < now ? (past?.coverage ?? null) : coverageOf(sums);
  const before = input.since === undefined ? null : await stateAt(new Date(input.since));
  const line = await trend(new Date(at.getTime() - input.days * dayMs), at);
  return {
    at: at.toISOString(),
    score: points(score),
    coverage: share(coverage),
    unknownFirst: coverage === null || coverage < 500_000,
    ...counts,
    since:
      input.since === undefined
        ? null
        : {
            at: input.since,
            score: points(before?.score ?? null),
            coverage: share(before?.coverage ?? null),
            change: score === null || before?.score == null ? null : points(score - before.score),
          },
    trend: line.map(toPoint),
  };
}

function toMovement(row: MovementRow): Movement {
  return {
    seq: row.seq,
    at: row.at.toISOString(),
    cause: row.cause,
    causeId: row.causeId,
    title: row.title,
    assetId: row.assetId,
    assetName: row.assetName,
    riskBefore: points(row.riskBefore),
    riskAfter: points(row.riskAfter),
    weightBefore: row.weightBefore,
    weightAfter: row.weightAfter,
    change: row.change / pointMillionths,
  };
}

async function assetAnswer(id: string): Promise<AssetRisk> {
  const row = await findAsset(id);
  if (row === null || row.retired) throw riskProblems.assetNotFound({ id });
  const covered = row.assessedAt !== null && !row.assessmentAged;
  const known = covered || row.openCount > 0;
  const { posture: sums } = await readLedger();
  return {
    assetId: id,
    risk: known ? row.risk / pointMillionths : null,
    level: levelOf(known ? row.risk : null),
    lowerBound: known && !covered,
    worst: row.worst / pointMillionths,
    others: (row.risk - row.worst) / pointMillionths,
    openVulnerabilities: row.openCount,
    worstVulnerabilityId: row.worstVulnerabilityId,
    weight: row.weight,
    assessedAt: row.assessedAt?.toISOString() ?? null,
    postureCost: known ? pointsWon(sums, row.weight * row.risk) / pointMillionths : 0,
  };
}

async function fixesAnswer(limit: number, scope: { owner?: string | undefined; environment?: string | undefined }) {
  const [{ fixes: gains, total }, { posture: sums }] = [await rankFixes(limit, scope), await readLedger()];
  const keys = gains.map(({ fixKey }) => fixKey);
  const [words, summaries, together] = [
    await describeFixes(keys),
    await call(summariseFixes, { fixKeys: keys }),
    await weightedRiskLess({ fixKeys: keys, vulnerabilityIds: [] }),
  ];
  const summary = new Map(summaries.fixes.map((each) => [each.fixKey, each]));
  const now = scoreOf(sums);
  return {
    fixes: gains.flatMap((gain) => {
      const said = words.get(gain.fixKey);
      const behind = summary.get(gain.fixKey);
      // The ledger is a moment behind: what was resolved meanwhile is no fix any more.
      return said === undefined || behind === undefined ? [] : [toFix(gain, { said, behind, won: pointsWon(sums, gain.weightedRiskLess) })];
    }),
    total,
    scoreNow: points(now),
    scoreThen: now === null ? null : points(now + pointsWon(sums, together.less)),
  };
}

type FixWords = { readonly said: { action: string; target: string }; readonly behind: FixSummary; readonly won: number };
function toFix({ fixKey, vulnerabilities, assets }: FixGain, { said, behind, won }: FixWords): Fix {
  return {
    key: fixKey,
    action: said.action,
    target: said.target,
    reason: behind.topTitle,
    won: won / pointMillionths,
    vulnerabilities,
    assets,
    severity: behind.worstSeverity,
    mark: behind.topMark,
    owners: behind.owners,
    assignees: behind.assignees,
    assetNames: behind.assetNames,
    dueAt: behind.earliestDueAt,
    topVulnerabilityId: behind.topVulnerabilityId,
    unknownFactors: behind.topUnknownFactors,
  };
}

async function weightedRiskLess(gone: { fixKeys: readonly string[]; vulnerabilityIds: readonly string[] }) {
  const assets = (await sumsWithout(gone)).map(({ assetId, weight, risk, ...sums }) => ({
    assetId,
    weight,
    now: risk,
    later: assetRisk(sums),
  }));
  return { assets, less: assets.reduce((sum, { weight, now, later }) => sum + weight * (now - later), 0) };
}

async function supposed(id: string, factors: Parameters<typeof explanationOf>[1]) {
  const row = await findAssessment(id);
  if (row === null) throw riskProblems.vulnerabilityNotFound({ id });
  return { priorityNow: explanationOf(row, {}), priorityThen: explanationOf(row, factors) };
}

export const routes: readonly Route[] = [
  handle(assessPriorities, async ({ questions }) => ({ answers: await assess(questions) })),
  handle(explainPriority, ({ id }) => explainStored(id)),
  handle(getPosture, posture),
  handle(listMovements, async ({ from, to, cause, asset_id, moved, ...paging }) => {
    if (from !== undefined && to !== undefined && Date.parse(from) > Date.parse(to)) throw riskProblems.rangeReversed({ from, to });
    const filter = {
      from: from === undefined ? undefined : new Date(from),
      to: to === undefined ? undefined : new Date(to),
      cause,
      assetId: asset_id,
      moved: moved === 'true',
    };
    const page = await listMovementRows(filter, paging);
    const byCause = await sumByCause(filter);
    const first = filter.from === undefined ? null : await stateAt(filter.from);
    const last = await stateAt(filter.to ?? new Date());
    return {
      ...page,
      items: page.items.map(toMovement),
      fromScore: points(first?.score ?? null),
      toScore: points(last?.score ?? null),
      sum: byCause.reduce((sum, { change }) => sum + change, 0) / pointMillionths,
      byCause: byCause.map(({ change, ...rest }) => ({ ...rest, change: change / pointMillionths })),
    };
  }),
  handle(getAssetRisk, ({ id }) => assetAnswer(id)),
  handle(listFixes, ({ limit, owner, environment }) => fixesAnswer(limit, { owner, environment })),
  handle(whatIf, async ({ fixed, fixes, vulnerability_id, factors }) => {
    const asksFactors = vulnerability_id !== undefined && factors !== undefined;
    if (fixed.length === 0 && fixes.length === 0 && !asksFactors) throw riskProblems.emptyQuestion();
    const { posture: sums } = await readLedger();
    const { assets, less } = await weightedRiskLess({ fixKeys: fixes, vulnerabilityIds: fixed });
    const now = scoreOf(sums);
    const won = pointsWon(sums, less);
    const priority = asksFactors ? await supposed(vulnerability_id, factors) : { priorityNow: null, priorityThen: null };
    return {
      scoreNow: points(now),
      scoreThen: now === null ? null : points(now + won),
      won: won / pointMillionths,
      assets: assets.map(({ assetId, now: risk, later }) => ({
        assetId,
        riskNow: risk / pointMillionths,
        riskThen: later / pointMillionths,
      })),
      ...priority,
    };
  }),
];
