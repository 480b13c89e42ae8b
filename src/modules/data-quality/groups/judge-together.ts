/** Several comparisons judged as one family of tests: a hundred groups that did not change must not flag one by chance. */
import { measureColumns } from '../drift/drift-columns.ts';
import type { TableSide } from '../drift/drift-side.ts';
import { type ColumnDrift, judge, type Measured, type Sensitivity } from '../drift/drift-verdict.ts';

export type Comparison = { readonly name: string; readonly measured: readonly Measured[] };
export type JudgedComparison = {
  readonly name: string;
  readonly verdict: 'drift' | 'stable' | 'unknown';
  readonly driftedColumns: number;
  readonly comparedColumns: number;
  /** Strongest drift first. */
  readonly columns: readonly ColumnDrift[];
};

/** Every column of the reference but those named in `without`. The sides' numbers are used up by this. */
export async function measureSides(
  { reference, current, seed }: { reference: TableSide; current: TableSide; seed: number },
  without: ReadonlySet<string> = new Set(),
): Promise<Measured[]> {
  const narrowed = (side: TableSide): TableSide => ({ ...side, columns: side.columns.filter(({ name }) => !without.has(name)) });
  return measureColumns({ reference: narrowed(reference), current: narrowed(current), seed });
}

/**
 * Verdicts as `judge` gives them, with every p of every comparison in one Benjamini–Hochberg family.
 * Correlations are not among them: they are compared over whole tables.
 */
export function judgeTogether(comparisons: readonly Comparison[], sensitivity: Sensitivity): JudgedComparison[] {
  const all = comparisons.flatMap(({ measured }) => measured);
  const judged = judge(all, [], { sensitivity }).columns;
  let from = 0;
  return comparisons.map(({ name, measured }) => {
    const columns = judged.slice(from, from + measured.length);
    from += measured.length;
    const drifted = columns.filter(({ verdict }) => verdict === 'drift').length;
    const compared = columns.filter(({ verdict }) => verdict !== 'unknown').length;
    return {
      name,
      verdict: drifted > 0 ? 'drift' : compared === 0 ? 'unknown' : 'stable',
      driftedColumns: drifted,
      comparedColumns: compared,
      columns: columns.toSorted(strongestFirst),
    };
  });
}

const rank = { drift: 0, unknown: 1, stable: 2 } as const;

function strongestFirst(a: ColumnDrift, b: ColumnDrift): number {
  return rank[a.verdict] - rank[b.verdict] || (b.strength ?? 0) - (a.strength ?? 0);
}
