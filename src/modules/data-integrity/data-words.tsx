/** Words, shapes and figures that the pages about data share. */
import { formatNumber, formatPercent } from '../../ui/format.ts';
import { inertLine } from '../../ui/inert.ts';
import { Shape } from '../../ui/shape.tsx';
import { Badge } from '../../ui/tag.tsx';
import type { Meaning } from '../../ui/words.ts';
import type { Assessment, Baseline, DataAlert, Monitor, RuleOutcome } from './contract.ts';

type Outcome = NonNullable<Assessment['outcome']>;
const outcomes: Readonly<Record<Outcome, Meaning>> = {
  good: { word: 'Nothing found', shape: 'ok', tone: 'ok' },
  bad: { word: 'Something found', shape: 'high', tone: 'high' },
  unknown: { word: 'Unknown', shape: 'unknown', tone: 'unknown' },
};
const states: Readonly<Record<Exclude<Assessment['state'], 'done'>, Meaning>> = {
  queued: { word: 'Waiting', shape: 'open', tone: 'ink-3' },
  running: { word: 'Running', shape: 'in-progress', tone: 'accent' },
  failed: { word: 'Could not run', shape: 'critical', tone: 'critical' },
  cancelled: { word: 'Stopped', shape: 'on-hold', tone: 'ink-3' },
};
const healths: Readonly<Record<Monitor['health'], Meaning>> = {
  good: { word: 'Good', shape: 'ok', tone: 'ok' },
  bad: { word: 'Something found', shape: 'high', tone: 'high' },
  failing: { word: 'Cannot run', shape: 'critical', tone: 'critical' },
  unknown: { word: 'Not run yet', shape: 'unknown', tone: 'unknown' },
};
export const driftMeanings: Readonly<Record<'drift' | 'stable' | 'unknown', Meaning>> = {
  drift: { word: 'Drift', shape: 'high', tone: 'high' },
  stable: { word: 'Stable', shape: 'ok', tone: 'ok' },
  unknown: { word: 'Unknown', shape: 'unknown', tone: 'unknown' },
};
export const poisoningMeanings: Readonly<Record<'clean' | 'suspicious' | 'poisoned' | 'unknown', Meaning>> = {
  clean: { word: 'Clean', shape: 'ok', tone: 'ok' },
  suspicious: { word: 'Suspicious', shape: 'high', tone: 'high' },
  poisoned: { word: 'Poisoned', shape: 'critical', tone: 'critical' },
  unknown: { word: 'Unknown', shape: 'unknown', tone: 'unknown' },
};
export const ruleMeanings: Readonly<Record<RuleOutcome['verdict'], Meaning>> = {
  kept: { word: 'Kept', shape: 'ok', tone: 'ok' },
  tolerated: { word: 'Tolerated', shape: 'low', tone: 'low' },
  broken: { word: 'Broken', shape: 'high', tone: 'high' },
  unknown: { word: 'Unknown', shape: 'unknown', tone: 'unknown' },
};
const notAssessed: Meaning = { word: 'Not assessed', shape: 'unknown', tone: 'unknown' };

export function meaningOf({ state, outcome }: Pick<Assessment, 'state' | 'outcome'>): Meaning {
  return state === 'done' ? outcomes[outcome ?? 'unknown'] : states[state];
}
export const healthMeaning = (health: Monitor['health']): Meaning => healths[health];

export function MeaningShape({ meaning: { shape, tone, word } }: { meaning: Meaning }) {
  return <Shape name={shape} tone={tone} label={word} />;
}
export function MeaningChip({ meaning, word }: { meaning: Meaning | null; word?: string }) {
  const known = meaning ?? notAssessed;
  return (
    <Badge tone={known.tone}>
      <Shape name={known.shape} tone={known.tone} size={13} />
      {word ?? known.word}
    </Badge>
  );
}
export function MeaningWord({ meaning, word }: { meaning: Meaning; word?: string }) {
  return (
    <span className="inline-flex items-center gap-2 whitespace-nowrap">
      <Shape name={meaning.shape} tone={meaning.tone} />
      {word ?? meaning.word}
    </span>
  );
}

/** A share as percent, or the word unknown with its reason in the title. */
export function Share({ value, reason, digits = 1 }: { value: number | null; reason?: string | null; digits?: number }) {
  if (value === null)
    return (
      <span title={reason ?? undefined} className="text-unknown-ink">
        unknown
      </span>
    );
  return <span className="tabular-nums">{formatPercent(value, { digits })}</span>;
}

export const metricWords: Readonly<Record<string, string>> = {
  completeness: 'Completeness',
  accuracy: 'Accuracy',
  consistency: 'Consistency',
  validity: 'Validity',
  uniqueness: 'Uniqueness',
  freshness: 'Freshness',
  score: 'Quality score',
  rows: 'Rows',
  driftShare: 'Drifted columns',
  anomalyRate: 'Odd rows',
  missingRate: 'Missing',
  mean: 'Mean',
  distinct: 'Distinct values',
  driftStrength: 'Drift, times the floor',
};
export const detectorWords: Readonly<Record<string, string>> = {
  'isolation-forest': 'Isolation forest',
  'local-outlier-factor': 'Local outlier factor',
  'density-clusters': 'Density clusters (DBSCAN)',
  ensemble: 'Ensemble',
  z: 'z-score',
  iqr: 'Interquartile range',
};
export const environmentChoices = [
  { value: 'training', label: 'Training' },
  { value: 'inference', label: 'Inference' },
  { value: 'validation', label: 'Validation' },
];
export const checkWords: Readonly<Record<Assessment['checks'][number], string>> = {
  quality: 'Quality',
  drift: 'Drift',
  anomalies: 'Anomalies',
  poisoning: 'Poisoning',
};
export const baselineMeanings: Readonly<Record<Baseline['state'], Meaning>> = {
  candidate: { word: 'Candidate', shape: 'open', tone: 'ink-3' },
  promoted: { word: 'Promoted', shape: 'ok', tone: 'ok' },
  superseded: { word: 'Superseded', shape: 'resolved-claimed', tone: 'ink-2' },
  expired: { word: 'Expired', shape: 'on-hold', tone: 'ink-3' },
};
export const alertStateWords: Readonly<Record<DataAlert['state'], string>> = {
  open: 'Open',
  acknowledged: 'Acknowledged',
  muted: 'Muted',
  resolved: 'Resolved',
};

/** p as people read it: never 0, which no test can give. */
export function pWords(p: number | null): string {
  if (p === null) return 'unknown';
  if (p === 0) return '< 1e-300';
  return p < 0.001 ? p.toExponential(1) : formatNumber(p, { digits: 3 });
}

export function rowsByColumns({ rows, columns }: Pick<Assessment, 'rows' | 'columns'>): string {
  return rows === null || columns === null ? 'size unknown' : `${formatNumber(rows)} rows × ${formatNumber(columns)} columns`;
}

/** `every 15 minutes`, `every 6 hours`, `when somebody runs it`. */
export function everyWords(minutes: number | null): string {
  if (minutes === null) return 'when somebody runs it';
  if (minutes % 1440 === 0) return minutes === 1440 ? 'every day' : `every ${minutes / 1440} days`;
  if (minutes % 60 === 0) return minutes === 60 ? 'every hour' : `every ${minutes / 60} hours`;
  return minutes === 1 ? 'every minute' : `every ${minutes} minutes`;
}

/** The clock and changes of the table together. */
export function rhythmWords({ everyMinutes, onChange }: Pick<Monitor, 'everyMinutes' | 'onChange'>): string {
  if (!onChange) return everyWords(everyMinutes);
  return everyMinutes === null ? 'when the table changes' : `${everyWords(everyMinutes)}, and when it changes`;
}

export const tablePlace = (assetId: string): string => `/data-quality/tables/${assetId}`;
export const assessmentPlace = (id: string): string => `/data-quality/assessments/${id}`;
export const fileName = (label: string): string => inertLine(label.split('/').at(-1) || label, 200);
