/** From what was computed to what it means here: figures of an assessment, and what deserves an alert. Pure. */
import type { Severity } from '../../../contract/severity.ts';
import { type Assessment, type DataAlertKind, type DataConfig, effectWord, type Monitor, type RuleOutcome } from '../contract.ts';
import { anomalyRateOf } from '../engine-words.ts';
import { groupCandidates } from '../groups/judge-groups.ts';
import type { Candidate } from './candidate.ts';
import type { Found } from './run-checks.ts';

export type { Candidate } from './candidate.ts';

export type Limits = { readonly qualityScore: number; readonly driftShare: number; readonly anomalyRate: number };
export type Judgement = {
  readonly figures: Pick<Assessment, 'score' | 'driftVerdict' | 'driftShare' | 'anomalyRate' | 'poisoningVerdict' | 'brokenRules'>;
  readonly outcome: 'good' | 'bad' | 'unknown';
  readonly candidates: readonly Candidate[];
  /** Kinds of alerts this run could have found. */
  readonly looked: ReadonlySet<DataAlertKind>;
};

/** A monitor's own thresholds, where it has any. */
export function limitsOf({ alertThresholds }: DataConfig, thresholds: Monitor['thresholds'] | null): Limits {
  return {
    qualityScore: thresholds?.qualityScore ?? alertThresholds.qualityScoreThreshold,
    driftShare: thresholds?.driftShare ?? alertThresholds.driftThreshold,
    anomalyRate: thresholds?.anomalyRate ?? alertThresholds.anomalyRateThreshold,
  };
}

export function judge(found: Found, limits: Limits): Judgement {
  const rows = found.ingest?.rows ?? 0;
  const anomalyRate = found.anomalies === null ? null : anomalyRateOf(found.anomalies, rows);
  const poisoningVerdict = found.poisoning?.verdict ?? null;
  const figures = {
    score: found.quality?.score ?? null,
    driftVerdict: found.drift?.verdict ?? null,
    driftShare: found.drift?.share ?? null,
    anomalyRate,
    poisoningVerdict,
    brokenRules: found.rules === null ? null : found.rules.filter(({ verdict }) => verdict === 'broken').length,
  };
  const candidates = [
    ...qualityCandidates(figures.score, limits),
    ...(found.rules ?? []).filter(({ verdict }) => verdict === 'broken').map(ruleCandidate),
    ...driftCandidates(found, limits),
    ...anomalyCandidates(anomalyRate, limits),
    ...poisoningCandidates(found),
    ...groupCandidates(found.groups, { isQualityAsked: found.quality !== null }),
  ];
  const looked = lookedAt(found, figures);
  const outcome = candidates.length > 0 ? 'bad' : looked.size === 0 ? 'unknown' : 'good';
  return { figures, outcome, candidates, looked };
}

export type SeriesJudgement = {
  readonly candidates: readonly Candidate[];
  /** Series with enough history to be judged. None: nobody looked. */
  readonly judged: number;
};
/** What the weeks before say of the same run. */
export function withSeries(judged: Judgement, { candidates, judged: series }: SeriesJudgement): Judgement {
  if (series === 0) return judged;
  return {
    ...judged,
    candidates: [...judged.candidates, ...candidates],
    looked: new Set([...judged.looked, 'series' as const]),
    outcome: candidates.length > 0 || judged.outcome === 'bad' ? 'bad' : 'good',
  };
}

function lookedAt(found: Found, figures: Judgement['figures']): Set<DataAlertKind> {
  const looked = new Set<DataAlertKind>();
  if (figures.score !== null) looked.add('quality');
  if (found.rules !== null && found.quality !== null) looked.add('rule');
  if (figures.driftVerdict !== null && figures.driftVerdict !== 'unknown') looked.add('drift');
  if (figures.anomalyRate !== null) looked.add('anomalies');
  if (figures.poisoningVerdict !== null && figures.poisoningVerdict !== 'unknown') looked.add('poisoning');
  return looked;
}

const percent = (share: number): string => `${Math.round(share * 1000) / 10} %`;
const whole = { column: null, subject: '' } as const;

function qualityCandidates(score: number | null, { qualityScore }: Limits): Candidate[] {
  if (score === null || score >= qualityScore) return [];
  return [
    {
      ...whole,
      kind: 'quality',
      // A fifth below the threshold is no longer a slip.
      severity: score < qualityScore * 0.8 ? 'high' : 'medium',
      title: `Quality score ${percent(score)} is below ${percent(qualityScore)}`,
      detail: 'The mean of the known quality metrics. The assessment names the metrics and the failing rows.',
      value: score,
      threshold: qualityScore,
    },
  ];
}

function ruleCandidate({ ruleId, name, severity, reason, failed, of, rule }: RuleOutcome): Candidate {
  const share = failed === null || of === null || of === 0 ? null : failed / of;
  return {
    kind: 'rule',
    column: 'column' in rule && typeof rule.column === 'string' ? rule.column : null,
    subject: ruleId ?? name,
    severity,
    title: `Rule broken: ${name}`.slice(0, 300),
    detail: reason ?? `${failed} of ${of} fail${share === null ? '' : ` (${percent(share)})`}.`,
    value: share,
    threshold: null,
  };
}

function driftCandidates({ drift }: Found, { driftShare }: Limits): Candidate[] {
  if (drift === null) return [];
  const columns = drift.columns.filter(({ verdict }) => verdict === 'drift').map(columnCandidate);
  const isBroad = drift.share !== null && drift.share > driftShare;
  const broad: Candidate[] = isBroad
    ? [
        {
          ...whole,
          kind: 'drift',
          severity: 'high',
          title: `${drift.driftedColumns} of ${drift.comparedColumns} columns drifted`,
          detail: `That is ${percent(drift.share ?? 0)}, more than ${percent(driftShare)}. Each column was judged by effect and adjusted significance together.`,
          value: drift.share,
          threshold: driftShare,
        },
      ]
    : [];
  return [...broad, ...columns];
}

type ColumnDrift = NonNullable<Found['drift']>['columns'][number];
/** As the engine judged it; else: a column that is gone or of another type breaks what reads it, others from how far the floor is passed. */
export function driftSeverity({ flags, strength, severity }: Pick<ColumnDrift, 'flags' | 'strength' | 'severity'>): Severity {
  if (severity !== null) return severity;
  if (flags.some(({ effect }) => effect === 'lost' || effect === 'type')) return 'high';
  if (strength === null) return 'medium';
  return strength >= 4 ? 'high' : strength >= 2 ? 'medium' : 'low';
}

function columnCandidate(column: ColumnDrift): Candidate {
  const words = column.flags.map(({ effect, value, floor, adjustedP }) =>
    value === null || floor === null
      ? effectWord(effect)
      : `${effectWord(effect)} ${value.toPrecision(3)} (floor ${floor.toPrecision(3)}, adjusted p ${adjustedP === null ? 'unknown' : adjustedP.toPrecision(2)})`,
  );
  const strongest = column.flags.find(({ value, floor }) => value !== null && floor !== null && value / floor === column.strength);
  return {
    kind: 'drift',
    column: column.name,
    subject: '',
    severity: driftSeverity(column),
    title: titleOf(column),
    detail: `${words.join('; ')}.`.slice(0, 4000),
    value: strongest?.value ?? null,
    threshold: strongest?.floor ?? null,
  };
}

function titleOf({ name, flags }: ColumnDrift): string {
  const word = name.slice(0, 200);
  if (flags.some(({ effect }) => effect === 'lost')) return `Column ${word} is gone`;
  return flags.some(({ effect }) => effect === 'type') ? `Column ${word} changed its type` : `Column ${word} drifted`;
}

function anomalyCandidates(rate: number | null, { anomalyRate }: Limits): Candidate[] {
  if (rate === null || rate <= anomalyRate) return [];
  return [
    {
      ...whole,
      kind: 'anomalies',
      severity: rate > anomalyRate * 3 ? 'high' : 'medium',
      title: `${percent(rate)} of the rows are odd`,
      detail: `More than ${percent(anomalyRate)}. The assessment names the rows and the columns that contributed.`,
      value: rate,
      threshold: anomalyRate,
    },
  ];
}

function poisoningCandidates({ poisoning }: Found): Candidate[] {
  if (poisoning === null) return [];
  const { verdict, reason, confidence, decidedBy, flaggedCount } = poisoning;
  if (verdict !== 'poisoned' && verdict !== 'suspicious') return [];
  return [
    {
      ...whole,
      kind: 'poisoning',
      severity: verdict === 'poisoned' ? 'critical' : 'high',
      title: verdict === 'poisoned' ? 'The data set looks poisoned' : 'The data set shows signs of tampering',
      detail:
        `${reason} Decided by ${decidedBy.join(', ') || 'no single family'}; ${flaggedCount} rows are named. Do not train on it before somebody has looked.`.slice(
          0,
          4000,
        ),
      value: confidence,
      threshold: null,
    },
  ];
}

/** A run that could not run is an alert of its own: silence is no good news. */
export function runFailed(problem: { code: string; detail: string }): Candidate {
  return {
    ...whole,
    kind: 'run-failed',
    severity: 'high',
    title: 'The monitor could not run',
    detail: `${problem.detail} (${problem.code})`.slice(0, 4000),
    value: null,
    threshold: null,
  };
}
