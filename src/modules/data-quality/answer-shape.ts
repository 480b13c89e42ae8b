/** Shapes of the answers. Numbers that could not be computed are null, and a reason stands beside them. */
import { z } from 'zod';

const p = z.number().min(0).max(1);
const rows = z.array(z.int().min(0)).describe('0-based data rows (the header not counted): the first hundred.');
const count = z.int().min(0);

export const IngestReport = z.object({
  name: z.string(),
  format: z.enum(['csv', 'json', 'parquet', 'arrow']),
  compression: z.enum(['gzip', 'zstd']).nullable(),
  sha256: z.string(),
  encoding: z.enum(['utf-8', 'utf-16le', 'utf-16be', 'windows-1252']).nullable(),
  dialect: z.object({ delimiter: z.string(), header: z.boolean(), newline: z.enum(['LF', 'CRLF', 'CR']) }).nullable(),
  rows: count,
  columns: count,
  badCount: count.describe('Records that are no row. rows + badCount is every record of the data.'),
  badRows: z.array(z.object({ line: z.int(), reason: z.string(), text: z.string() })),
  renamed: z.array(z.object({ column: count, from: z.string(), to: z.string() })),
  warnings: z.array(z.string()),
});
export type IngestReport = z.infer<typeof IngestReport>;

const ColumnProfile = z.object({
  name: z.string(),
  type: z.enum(['integer', 'number', 'boolean', 'time', 'text']),
  rows: count,
  missing: count,
  missingWithPlaceholders: count,
  unparsed: count,
  numbers: z
    .object({
      finite: count,
      nonFinite: count,
      distinct: count,
      min: z.number(),
      max: z.number(),
      mean: z.number(),
      sd: z.number().nullable(),
      skewness: z.number().nullable(),
      kurtosis: z.number().nullable(),
      quantiles: z.object({
        p01: z.number(),
        p05: z.number(),
        p25: z.number(),
        p50: z.number(),
        p75: z.number(),
        p95: z.number(),
        p99: z.number(),
      }),
      histogram: z.array(count),
    })
    .nullable(),
  text: z
    .object({
      distinct: count,
      shortest: count.nullable(),
      longest: count.nullable(),
      top: z.array(z.object({ value: z.string(), count })),
    })
    .nullable(),
});

const Metric = z.object({
  value: p.nullable().describe('null is unknown.'),
  reason: z.string().nullable(),
  numerator: z.number(),
  denominator: z.number(),
  failures: z.array(z.object({ check: z.string(), columns: z.array(z.string()), count, of: count, rows })),
});

export const Quality = z.object({
  columns: z.array(ColumnProfile),
  metrics: z.object({
    completeness: Metric,
    accuracy: Metric,
    consistency: Metric,
    validity: Metric,
    uniqueness: Metric,
    freshness: Metric,
  }),
  score: p.nullable().describe('Mean of the known metrics.'),
  unknownMetrics: z.array(z.string()),
  correlations: z
    .object({
      columns: z.array(z.string()),
      rows: count,
      pearson: z.array(z.number().nullable()),
      spearman: z.array(z.number().nullable()),
    })
    .nullable()
    .optional()
    .describe('Of the pairs (0,1), (0,2), (1,2), (0,3) …, over a sample of rows; null is unknown.'),
});
export type Quality = z.infer<typeof Quality>;

const NumberDrift = z.object({
  kind: z.literal('number'),
  referenceRows: count,
  currentRows: count,
  sampled: z
    .object({ rows: count, error: z.number() })
    .nullable()
    .describe('The reference is a baseline that kept so many numbers; a share read from them lies within error of that of all rows.'),
  ks: z.object({ distance: p, p, method: z.enum(['exact', 'kolmogorov']) }),
  wasserstein: z.number(),
  normedWasserstein: z.number().nullable(),
  psi: z.number(),
  psiEdges: z.array(z.number()),
  cramerVonMises: z.number().nullable(),
  energy: z.number().nullable(),
  mannWhitney: z.object({ statistic: z.number(), p }).nullable(),
  welch: z.object({ statistic: z.number(), freedom: z.number(), p }).nullable(),
  noise: z.object({ ks: z.number(), normedWasserstein: z.number().nullable() }),
});
const CategoryDrift = z.object({
  kind: z.literal('category'),
  referenceRows: count,
  currentRows: count,
  categories: count,
  chiSquare: z.object({ statistic: z.number(), freedom: count, p }),
  g: z.object({ statistic: z.number(), p }),
  v: z.number(),
  permutation: z.object({ p, rounds: count, seed: count }).nullable(),
  fisherP: p.nullable(),
  p,
  method: z.enum(['chi-square', 'permutation', 'fisher']),
  psi: z.number(),
  jensenShannon: z.number(),
  totalVariation: z.number(),
  hellinger: z.number(),
  newCategories: z.array(z.string()),
  vanishedCategories: z.array(z.string()),
  newCount: count,
  vanishedCount: count,
});

export const Drift = z.object({
  verdict: z.enum(['drift', 'stable', 'unknown']),
  driftedColumns: count,
  comparedColumns: count,
  share: p.nullable(),
  columns: z.array(
    z.object({
      name: z.string(),
      verdict: z.enum(['drift', 'stable', 'unknown']),
      reason: z.string().nullable(),
      strength: z.number().nullable(),
      severity: z.enum(['low', 'medium', 'high', 'critical']).nullable(),
      flags: z.array(
        z.object({
          effect: z.enum(['ks', 'normedWasserstein', 'jensenShannon', 'missingRate', 'range', 'correlation', 'constant', 'type', 'lost']),
          value: z.number().nullable(),
          floor: z.number().nullable(),
          adjustedP: p.nullable(),
        }),
      ),
      missing: z.object({ reference: p, current: p, p, adjustedP: p }),
      adjustedP: p.nullable(),
      statistics: z.discriminatedUnion('kind', [NumberDrift, CategoryDrift]).nullable(),
    }),
  ),
  pairs: z
    .array(
      z.object({
        columns: z.tuple([z.string(), z.string()]),
        reference: z.number(),
        current: z.number(),
        p,
        adjustedP: p,
        spearman: z.object({ reference: z.number(), current: z.number(), p, adjustedP: p }).nullable(),
        verdict: z.enum(['drift', 'stable']),
      }),
    )
    .nullable()
    .describe('Pairs of columns whose correlation changed; null: not asked for.'),
  rows: z
    .object({ columns: count, referenceRows: count, currentRows: count, energy: z.number(), p, rounds: count, seed: count })
    .nullable()
    .describe('Energy distance of the standardised rows, with the p of a permutation test; it drives no verdict.'),
  newColumns: z.array(z.string()),
  seed: count,
});
export type Drift = z.infer<typeof Drift>;

const detector = z.enum(['isolation-forest', 'local-outlier-factor', 'density-clusters']);
const Ensemble = z.discriminatedUnion('status', [
  z.object({ status: z.literal('unknown'), reason: z.string() }),
  z.object({
    status: z.literal('judged'),
    method: z.string(),
    falseFlagRate: p,
    flaggedCount: count,
    flagged: z
      .array(
        z.object({
          row: count,
          p,
          columns: z.array(
            z.object({
              column: z.string(),
              value: z.number(),
              low: z.number(),
              high: z.number(),
              because: z.enum(['value', 'dependency']),
            }),
          ),
        }),
      )
      .describe('Smallest p first, the first thousand.'),
    scores: z.array(z.number()).nullable(),
    weights: z.array(z.object({ detector: z.string(), weight: z.number().min(0).max(1), found: z.record(z.string(), p) })),
    used: z.array(z.string()),
    leftOut: z.array(z.string()),
    sampledTo: count.nullable(),
  }),
]);
export const Anomalies = z.object({
  columns: z.array(
    z.object({ name: z.string(), zCount: count, robustZCount: count.nullable(), iqrCount: count, low: z.number(), high: z.number(), rows }),
  ),
  detectors: z.array(
    z.object({
      detector,
      method: z.string(),
      scores: z.array(z.number()).nullable(),
      top: z.array(z.object({ row: count, score: z.number(), columns: z.array(z.string()) })),
      parameters: z.record(z.string(), z.number()),
    }),
  ),
  ensemble: Ensemble.nullable().describe('null when not asked for.'),
  notRun: z.array(z.object({ detector, reason: z.string() })),
  leftOut: z.array(z.string()),
  used: z.array(z.string()),
  seed: count,
});

const alarms = z.array(z.object({ at: count, direction: z.enum(['up', 'down']), since: count }));
export const Changes = z.object({
  changes: z.array(z.object({ at: count, statistic: z.number(), p })),
  windows: z
    .array(z.object({ from: count, to: count, fromTime: z.number().nullable(), toTime: z.number().nullable() }))
    .describe('Rows from … to before …, in the order they came; times in milliseconds since 1970, of the first row and of the row behind.'),
  step: z.int().min(1).describe('Every so many rows were looked at: a change is placed to within so many.'),
  rounds: count,
  seed: count,
  series: z.array(
    z.object({
      name: z.string(),
      target: z.number().nullable(),
      sd: z.number().nullable(),
      cusum: alarms,
      pageHinkley: alarms,
      alarms: count,
    }),
  ),
  referenceRows: count,
});
