/** The neighbourhood of an asset in the lineage graph: what it is made from lies upstream, what uses it downstream. Pure. */
import type { Mark } from '../../../contract/severity.ts';
import type { EdgeKind } from '../contract.ts';

export type LineageEdgeRow = {
  readonly from: string;
  readonly to: string;
  readonly kind: EdgeKind;
  readonly mark: Mark;
  readonly source: string;
};

/** "A produces B": B is made from A. All other kinds read "A uses B": A is downstream of B. */
const forward: ReadonlySet<EdgeKind> = new Set(['produces', 'writes', 'provides', 'exposes', 'contains']);

/** The pair (upstream, downstream) of an edge. */
export function flowOf({ from, to, kind }: Pick<LineageEdgeRow, 'from' | 'to' | 'kind'>): {
  readonly upstream: string;
  readonly downstream: string;
} {
  return forward.has(kind) ? { upstream: from, downstream: to } : { upstream: to, downstream: from };
}

/**
 * Distances from one asset, following data one way only: upstream steps count negative, downstream positive.
 *
 * @param start id of the asset asked about.
 * @param depth steps either way, 1 to 3.
 * @param edgesOf all edges touching the given ids; called once per step and direction.
 * @returns id → signed distance (0 for the start), the edges between shown assets, and whether the node limit cut it.
 */
export async function neighbourhood(
  start: string,
  { depth, limit }: { readonly depth: number; readonly limit: number },
  edgesOf: (ids: readonly string[]) => Promise<LineageEdgeRow[]>,
): Promise<{ distances: Map<string, number>; edges: LineageEdgeRow[]; truncated: boolean }> {
  const distances = new Map([[start, 0]]);
  const edges = new Map<string, LineageEdgeRow>();
  let truncated = false;
  for (const sign of [-1, 1]) {
    let border = [start];
    for (let step = 1; step <= depth && border.length > 0; step += 1) {
      const next: string[] = [];
      for (const edge of await edgesOf(border)) {
        const { upstream, downstream } = flowOf(edge);
        const [near, far] = sign < 0 ? [downstream, upstream] : [upstream, downstream];
        if (!border.includes(near)) continue;
        if (!distances.has(far) && distances.size >= limit) {
          truncated = true;
          continue;
        }
        edges.set(`${edge.from} ${edge.to} ${edge.kind} ${edge.source}`, edge);
        if (distances.has(far)) continue;
        distances.set(far, sign * step);
        next.push(far);
      }
      border = next;
    }
  }
  return { distances, edges: [...edges.values()], truncated };
}
