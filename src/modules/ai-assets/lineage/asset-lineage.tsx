/** Lineage of one asset: one path drawn, from what it is made of to what uses it; all neighbours as a list below. */
import { useState } from 'react';
import { useSession } from '../../../client/session.ts';
import { useChange } from '../../../client/use-change.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import type { OutputOf } from '../../../contract/endpoint.ts';
import { Button, TextLink } from '../../../ui/button.tsx';
import { plural } from '../../../ui/format.ts';
import { GraphPath, type PathEdge, type PathNode } from '../../../ui/graph-path.tsx';
import { Loaded } from '../../../ui/loaded.tsx';
import { Mark } from '../../../ui/mark.tsx';
import { SeverityShape } from '../../../ui/severity.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { edgeWords, typeWords } from '../asset-words.tsx';
import { type AssetDetail, assetLineage, removeDependency } from '../contract.ts';
import { useDepartmentReason } from '../department-reason.tsx';

type Lineage = OutputOf<typeof assetLineage>;
type Node = Lineage['nodes'][number];

export function LineageRow({ id }: { id: string }) {
  const lineage = useEndpoint(assetLineage, { id, depth: 3 }, { live: ['asset.', 'risk.'] });
  return (
    <Loaded
      answer={lineage}
      lines={2}
      isEmpty={({ nodes }) => nodes.length < 2}
      empty={
        <p className="text-ink-2">
          Nothing is linked to it. A discovery finds links in code and configuration; you can state one under Dependencies.
        </p>
      }
    >
      {(data) => {
        const { nodes, edges } = pathThrough(data, id);
        const hidden = data.nodes.length - nodes.length;
        return (
          <>
            <GraphPath label="Lineage" nodes={nodes.map((node) => drawn(node, id))} edges={edges} />
            {hidden > 0 && (
              <p className="mt-2 text-label text-ink-3">{plural(hidden, 'more neighbour')} within three steps, under Dependencies.</p>
            )}
          </>
        );
      }}
    </Loaded>
  );
}

function drawn(node: Node, current: string): PathNode {
  return {
    id: node.assetId,
    name: node.name,
    icon: typeWords[node.type].icon,
    shape: <SeverityShape severity={node.riskLevel} />,
    state: stateOf(node),
    to: node.assetId === current ? undefined : `/ai-assets/${node.assetId}`,
    isUnknown: node.riskLevel === 'unknown',
    isCurrent: node.assetId === current,
  };
}

function stateOf({ risk, riskLevel, lifecycle, missingSince }: Node): string {
  if (missingSince !== null) return 'no longer seen';
  if (risk !== null) return risk === 0 ? 'nothing open' : `${riskLevel} risk`;
  return lifecycle === 'proposed' ? 'not claimed' : 'never assessed';
}

/** From the asset step by step to its riskiest neighbour upstream, and the same downstream: one sentence of the graph. */
function pathThrough({ nodes, edges }: Lineage, id: string): { nodes: Node[]; edges: PathEdge[] } {
  const byId = new Map(nodes.map((node) => [node.assetId, node]));
  const walk = (sign: -1 | 1): { node: Node; edge: PathEdge }[] => {
    const steps: { node: Node; edge: PathEdge }[] = [];
    for (let at = id, distance = sign; Math.abs(distance) <= 3; distance += sign) {
      const next = edges
        .flatMap((edge) => {
          const otherId = edge.from === at ? edge.to : edge.to === at ? edge.from : null;
          const other = otherId === null ? undefined : byId.get(otherId);
          return other?.distance === distance ? [{ node: other, edge: arrow(edge, at, sign) }] : [];
        })
        .sort((a, b) => (b.node.risk ?? -1) - (a.node.risk ?? -1))[0];
      if (next === undefined) break;
      steps.push(next);
      at = next.node.assetId;
    }
    return steps;
  };
  const [up, down] = [walk(-1), walk(1)];
  const centre = byId.get(id);
  return {
    nodes: [...up.map(({ node }) => node).reverse(), ...(centre ? [centre] : []), ...down.map(({ node }) => node)],
    edges: [...up.map(({ edge }) => edge).reverse(), ...down.map(({ edge }) => edge)],
  };
}

/** The drawing runs from data to use; an edge "uses" points the other way and is then read in the passive. */
function arrow({ from, kind, mark }: Lineage['edges'][number], at: string, sign: -1 | 1): PathEdge {
  const left = sign < 0 ? from !== at : from === at;
  const isInferred = mark === 'inferred' || mark === 'declared';
  return { name: left ? edgeWords[kind] : passive[kind], isInferred };
}
const passive: Readonly<Record<Lineage['edges'][number]['kind'], string>> = {
  exposes: 'exposed by',
  serves: 'served by',
  calls: 'called by',
  reads: 'read by',
  writes: 'written by',
  trains_on: 'trains',
  produces: 'made by',
  depends_on: 'used by',
  contains: 'part of',
  runs_as: 'identity of',
  can_access: 'open to',
  invokes: 'invoked by',
  provides: 'provided by',
  shares_context: 'shares context with',
}; // prettier-ignore

export function Dependencies({ asset, onAdd }: { asset: AssetDetail; onAdd: () => void }) {
  const { can } = useSession();
  const [removing, setRemoving] = useState<string | null>(null);
  const remove = useChange(removeDependency, { onDone: () => toast({ text: 'Link taken back' }) });
  const reasonOf = useDepartmentReason();
  const mayChange = can('ai-assets:update') && asset.lifecycle !== 'retired' && reasonOf(asset) === undefined;
  return (
    <>
      {asset.dependencies.length === 0 && <p className="text-ink-2">No links are known.</p>}
      <ul>
        {asset.dependencies.map((one) => (
          <li key={one.id} className="flex min-h-9 flex-wrap items-center gap-x-2 gap-y-1 border-b border-line py-1 last:border-0">
            <SeverityShape severity={one.riskLevel} />
            <span className="text-ink-2">{one.direction === 'out' ? edgeWords[one.kind] : passive[one.kind]}</span>
            <TextLink to={`/ai-assets/${one.assetId}`}>{one.name}</TextLink>
            <span className="text-label text-ink-3">{typeWords[one.type].word}</span>
            <span className="ml-auto inline-flex items-center gap-2">
              <Mark mark={one.mark} />
              {one.mark === 'declared' && mayChange && (
                <Button
                  kind="quiet"
                  size="small"
                  busy={remove.isRunning && removing === one.id && 'Removing…'}
                  onClick={() => {
                    setRemoving(one.id);
                    void remove.run({ id: asset.id, dependencyId: one.id });
                  }}
                >
                  Take back
                </Button>
              )}
            </span>
          </li>
        ))}
      </ul>
      {mayChange && (
        <Button size="small" kind="quiet" onClick={onAdd}>
          Link an asset
        </Button>
      )}
    </>
  );
}
