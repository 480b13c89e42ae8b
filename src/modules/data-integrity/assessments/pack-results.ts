/** From what the door answered to rows of bounded number: results, failing rows, findings, measurements. Pure. */
import type { Severity } from '../../../contract/severity.ts';
import { version as engineVersion } from '../../../platform/version.ts';
import { type Assessment, mostKeptColumns } from '../contract.ts';
import type { Measurement } from '../series/metric-store.ts';
import { driftSeverity, type Judgement } from './judge.ts';
import type { Counted, FailingRowDraft, insertFindings, KeptResult } from './result-store.ts';
import type { Found } from './run-checks.ts';

/** Rows named in one assessment. */
const mostRows = 10_000;
/** Columns that have series of their own. */
const mostSeriesColumns = 200;

/** Wide tables are cut, and say so; scores of all rows are for the moment only. */
export function bounded({ ingest, quality, rules, drift, anomalies, poisoning, groups, notRun }: Found): Omit<KeptResult, 'counted'> {
  const { columns: profile = null, ...facts } = quality ?? {};
  const driftedFirst = drift?.columns.toSorted(
    (a, b) => (b.strength ?? -1) - (a.strength ?? -1) || Number(b.flags.length > 0) - Number(a.flags.length > 0),
  );
  const widest = Math.max(profile?.length ?? 0, drift?.columns.length ?? 0, anomalies?.columns.length ?? 0);
  return {
    engineVersion,
    ingest,
    profile: profile?.slice(0, mostKeptColumns) ?? null,
    quality: quality === null ? null : (facts as NonNullable<KeptResult['quality']>),
    rules: rules === null ? null : [...rules],
    drift:
      drift === null
        ? null
        : { ...drift, columns: driftedFirst?.slice(0, mostKeptColumns) ?? [], pairs: drift.pairs?.slice(0, mostKeptColumns) ?? null },
    anomalies:
      anomalies === null
        ? null
        : {
            ...anomalies,
            columns: anomalies.columns.slice(0, mostKeptColumns),
            detectors: anomalies.detectors.map((detector) => ({ ...detector, scores: null })),
            ensemble: anomalies.ensemble?.status === 'judged' ? { ...anomalies.ensemble, scores: null } : anomalies.ensemble,
          },
    poisoning: poisoning === null ? null : { ...poisoning, rowP: null },
    groups,
    notRun: [...notRun],
    columnsLeftOut: Math.max(0, widest - mostKeptColumns),
  };
}

type Failure = Pick<FailingRowDraft, 'check' | 'columns' | 'severity'> & {
  readonly count: number;
  readonly of: number;
  readonly rows: readonly number[];
};

/** What a metric finds by itself, and what the rules find: they carry validity and consistency, which would name the same rows again. */
function failuresOf({ quality, rules }: Found): Failure[] {
  const metrics = quality === null ? [] : Object.entries(quality.metrics);
  const own = metrics.filter(([name]) => name !== 'validity' && name !== 'consistency').flatMap(([, { failures }]) => failures);
  const broken = (rules ?? []).flatMap(({ name, columns, severity, verdict, failed, of, rows }): Failure[] => {
    if (failed === null || failed === 0 || of === null) return [];
    return [{ check: name, columns, severity: verdict === 'broken' ? severity : 'informational', count: failed, of, rows }];
  });
  return [...broken, ...own.map((failure): Failure => ({ ...failure, severity: 'medium' }))];
}

export function failingRows(found: Found): FailingRowDraft[] {
  const quality = failuresOf(found).flatMap(({ check, columns, severity, rows }) =>
    rows.map((row): FailingRowDraft => ({ row, kind: 'quality', check, columns, score: null, severity })),
  );
  const odd = (found.anomalies?.detectors ?? []).flatMap(({ detector, top }) =>
    top.map(({ row, score, columns }): FailingRowDraft => ({ row, kind: 'anomalies', check: detector, columns, score, severity: 'low' })),
  );
  const outside = (found.anomalies?.columns ?? []).flatMap(({ name, rows }) =>
    rows.map((row): FailingRowDraft => ({ row, kind: 'anomalies', check: 'iqr', columns: [name], score: null, severity: 'informational' })),
  );
  return [...quality, ...poisonedRows(found), ...flaggedRows(found), ...odd, ...outside].slice(0, mostRows);
}

/** The first of the families is the one that says most. */
function poisonedRows({ poisoning }: Found): FailingRowDraft[] {
  const severity = poisoning?.verdict === 'poisoned' ? 'critical' : 'high';
  return (poisoning?.flagged ?? []).map(({ row, p, families }) => {
    const [first] = families.toSorted((a, b) => a.p - b.p);
    return { row, kind: 'poisoning', check: first?.family ?? 'joint', columns: [], score: p, severity };
  });
}

function flaggedRows({ anomalies }: Found): FailingRowDraft[] {
  const ensemble = anomalies?.ensemble;
  if (ensemble === undefined || ensemble === null || ensemble.status === 'unknown') return [];
  return ensemble.flagged.map(({ row, p, columns }) => ({
    row,
    kind: 'anomalies',
    check: 'ensemble',
    columns: columns.map(({ column }) => column),
    score: p,
    severity: 'medium',
  }));
}

export function countedChecks(found: Found, named: readonly FailingRowDraft[]): Counted {
  const rows = found.ingest?.rows ?? 0;
  const { anomalies, poisoning } = found;
  const judged = anomalies?.ensemble?.status === 'judged' ? anomalies.ensemble.flaggedCount : 0;
  const namedOf = Map.groupBy(named, ({ kind, check, columns }) => JSON.stringify([kind, check, columns]));
  const counted: Omit<Counted[number], 'named'>[] = [
    ...failuresOf(found).map(({ check, columns, count, of }) => ({ kind: 'quality' as const, check, columns, count, of })),
    ...(judged > 0 ? [{ kind: 'anomalies' as const, check: 'ensemble', columns: [], count: judged, of: rows }] : []),
    ...(poisoning !== null && poisoning.flaggedCount > 0
      ? [{ kind: 'poisoning' as const, check: 'joint', columns: [], count: poisoning.flaggedCount, of: rows }]
      : []),
    ...(anomalies?.columns ?? [])
      .filter(({ iqrCount }) => iqrCount > 0)
      .map(({ name, iqrCount }) => ({ kind: 'anomalies' as const, check: 'iqr', columns: [name], count: iqrCount, of: rows })),
  ];
  return counted.slice(0, mostKeptColumns).map((check) => ({ ...check, named: namedFor(check, { named, namedOf }) }));
}

type Named = { readonly named: readonly FailingRowDraft[]; readonly namedOf: ReadonlyMap<string, readonly FailingRowDraft[]> };

/** Rows of the two joint judgements name the columns that speak against them, each its own. */
function namedFor({ kind, check, columns }: Omit<Counted[number], 'named'>, { named, namedOf }: Named): number {
  if (check === 'ensemble') return named.filter((row) => row.kind === kind && row.check === check).length;
  if (kind === 'poisoning') return named.filter((row) => row.kind === kind).length;
  return namedOf.get(JSON.stringify([kind, check, columns]))?.length ?? 0;
}

type Findings = Parameters<typeof insertFindings>;
export function driftFindings(done: Assessment, { drift }: Found, at: Date): Findings[0] {
  const { assetId, monitorId, baselineId, environment } = done;
  const base = { assetId, assessmentId: done.id, monitorId, baselineId, environment, at };
  return (drift?.columns ?? [])
    .filter(({ verdict }) => verdict === 'drift')
    .slice(0, mostKeptColumns)
    .flatMap((column) =>
      column.flags.map(({ effect, value, floor, adjustedP }) => ({
        ...base,
        column: column.name,
        effect,
        value,
        floor,
        adjustedP,
        strength: value === null || floor === null || floor === 0 ? null : value / floor,
        severity: driftSeverity(column),
      })),
    );
}

export function anomalyFindings(done: Assessment, { anomalies, ingest }: Found, at: Date): Findings[1] {
  if (anomalies === null) return [];
  const { assetId, monitorId, environment } = done;
  const base = { assetId, assessmentId: done.id, monitorId, environment, at, of: ingest?.rows ?? 0 };
  const shareSeverity = (flagged: number): Severity => (flagged > base.of * 0.05 ? 'medium' : 'low');
  const columns = anomalies.columns.slice(0, mostKeptColumns).flatMap(({ name, zCount, iqrCount, rows }) =>
    [
      { detector: 'z', flagged: zCount, rows: [] },
      { detector: 'iqr', flagged: iqrCount, rows: rows.slice(0, 20).map((row) => ({ row, score: null, columns: [name] })) },
    ]
      .filter(({ flagged }) => flagged > 0)
      .map((found) => ({ ...base, ...found, column: name, severity: shareSeverity(found.flagged) })),
  );
  // Detectors rank rows; how many of them are odd is not theirs to say.
  const detectors = anomalies.detectors.map(({ detector, top }) => ({
    ...base,
    detector,
    column: null,
    flagged: 0,
    severity: 'informational',
    rows: top.slice(0, 20),
  }));
  const { ensemble } = anomalies;
  const judged =
    ensemble?.status === 'judged'
      ? [
          {
            ...base,
            detector: 'ensemble',
            column: null,
            flagged: ensemble.flaggedCount,
            severity: shareSeverity(ensemble.flaggedCount),
            rows: ensemble.flagged
              .slice(0, 20)
              .map(({ row, p, columns: against }) => ({ row, score: p, columns: against.map(({ column }) => column) })),
          },
        ]
      : [];
  return [...judged, ...columns, ...detectors];
}

export function measurementsOf({ ingest, quality, drift }: Found, figures: Judgement['figures']): Measurement[] {
  const table: Measurement[] = [];
  const note = (metric: Measurement['metric'], value: number | null): void => void table.push({ metric, column: '', value });
  note('rows', ingest?.rows ?? null);
  if (quality !== null) {
    note('score', figures.score);
    for (const [name, { value }] of Object.entries(quality.metrics)) note(name as Measurement['metric'], value);
  }
  if (drift !== null) note('driftShare', figures.driftShare);
  if (figures.anomalyRate !== null) note('anomalyRate', figures.anomalyRate);
  const columns = (quality?.columns ?? [])
    .slice(0, mostSeriesColumns)
    .flatMap(({ name: column, rows, missing, numbers, text }): Measurement[] => [
      { metric: 'missingRate', column, value: rows === 0 ? null : missing / rows },
      { metric: 'distinct', column, value: numbers?.distinct ?? text?.distinct ?? null },
      ...(numbers === null ? [] : [{ metric: 'mean' as const, column, value: numbers.mean }]),
    ]);
  const drifted = (drift?.columns ?? [])
    .slice(0, mostSeriesColumns)
    .map(({ name: column, strength }): Measurement => ({ metric: 'driftStrength', column, value: strength }));
  // A column may stand twice in a table's header only under different names; '' would be the whole table.
  return [...table, ...[...columns, ...drifted].filter(({ column }) => column !== '')];
}
