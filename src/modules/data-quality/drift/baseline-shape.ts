/** What a baseline keeps of a table. It holds numbers of the table in order of size and its frequent words, but no row. */
import { z } from 'zod';
import { IngestReport } from '../answer-shape.ts';

const count = z.int().min(0);
const name = z.string().max(1000);
const finite = z.number();
/** Doubles, little-endian. */
const numbers = z.base64().max(8_000_000);

const BaselineColumn = z.strictObject({
  name,
  type: z.enum(['integer', 'number', 'boolean', 'time', 'text']),
  missing: count,
  numbers: z
    .strictObject({
      finite: count,
      distinct: count,
      least: finite,
      most: finite,
      mean: finite,
      variance: finite.nullable().describe('÷ n; null when it overflows.'),
      sample: numbers.describe('Evenly spaced places of the sorted column, ascending.'),
      error: z.number().min(0).max(1).describe('A share read from the sample lies at most so far from that of all rows.'),
      noise: z.strictObject({ ks: z.number().min(0), normedWasserstein: z.number().min(0).nullable() }),
    })
    .nullable(),
  categories: z
    .strictObject({
      isComplete: z.boolean().describe('Every value is here; else only the most frequent.'),
      counts: z.array(z.tuple([z.string(), count])).max(5000),
    })
    .nullable(),
});

export const Baseline = z.strictObject({
  kind: z.literal('data-quality-baseline'),
  version: z.literal(1),
  engine: z.string().max(100),
  seed: count,
  rows: count,
  /** How the table was read; its sha256 names the content. */
  ingest: IngestReport,
  columns: z.array(BaselineColumn).max(10_000),
  correlations: z
    .strictObject({
      columns: z.array(name).max(100),
      pearson: numbers.describe('r of the pairs (0,1), (0,2), (1,2), (0,3) …; NaN is unknown.'),
      pearsonRows: numbers,
      spearman: numbers,
      spearmanRows: numbers,
    })
    .nullable(),
});
export type Baseline = z.infer<typeof Baseline>;
