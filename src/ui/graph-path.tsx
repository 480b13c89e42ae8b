/** One path as nodes in a row with named arrows, and the same as numbered sentences: the accessible truth. */
import type { LucideIcon } from 'lucide-react';
import { Fragment, type ReactNode } from 'react';
import { Link } from 'wouter';
import { classNames } from './class-names.ts';
import { ScrollRegion } from './scroll-region.tsx';

export type PathNode = {
  readonly id: string;
  readonly name: string;
  readonly icon: LucideIcon;
  readonly shape: ReactNode;
  /** State in words: `9 columns drifted`. */
  readonly state: string;
  readonly to?: string | undefined;
  /** Never assessed, or not registered: dashed. */
  readonly isUnknown?: boolean;
  readonly isCurrent?: boolean;
};
export type PathEdge = { readonly name: string /** Declared or inferred, not seen: dashed. */; readonly isInferred?: boolean };
type GraphPathProps = { label: string; nodes: readonly PathNode[] /** One fewer than nodes. */; edges: readonly PathEdge[] };

const mostNodes = 12;

export function GraphPath({ label, nodes, edges }: GraphPathProps) {
  const folded = nodes.length > mostNodes;
  const shown = folded ? [...nodes.slice(0, 6), ...nodes.slice(-5)] : nodes;
  return (
    <div>
      <ScrollRegion label={`${label}, drawn`} className="-mx-0.5 flex items-center p-0.5 pb-1">
        {shown.map((node, place) => {
          const isFold = folded && place === 5;
          const edge = edges[place < 6 ? place : place + nodes.length - shown.length];
          return (
            <Fragment key={node.id}>
              <NodeBox node={node} />
              {place < shown.length - 1 && <EdgeArrow edge={isFold ? { name: `${nodes.length - shown.length} more` } : edge} />}
            </Fragment>
          );
        })}
      </ScrollRegion>
      <ol className="sr-only">
        {nodes.slice(0, -1).map((node, place) => (
          <li key={node.id}>
            {`${node.name} (${node.state}) ${edges[place]?.name ?? 'leads to'} ${nodes[place + 1]?.name ?? ''}${edges[place]?.isInferred ? ', not observed' : ''}.`}
          </li>
        ))}
      </ol>
    </div>
  );
}

function NodeBox({ node: { name, icon: Icon, shape, state, to, isUnknown, isCurrent } }: { node: PathNode }) {
  const look = classNames(
    'flex h-16.5 w-36 flex-none flex-col justify-center gap-1 rounded-form border bg-surface px-2 [--cut:var(--surface)]',
    isUnknown ? 'border-dashed border-line-strong' : 'border-line',
    isCurrent && 'outline-2 -outline-offset-1 outline-accent',
  );
  const inside = (
    <>
      <span className="flex items-center gap-1.5 text-label leading-4.5 font-strong">
        <Icon size={14} aria-hidden="true" className="text-ink-3" />
        <span className="truncate" title={name}>
          {name}
        </span>
      </span>
      <span className="flex items-start gap-1.5 text-[0.75rem] leading-4 text-ink-2">
        <span className="mt-px">{shape}</span>
        <span className="line-clamp-2">{state}</span>
      </span>
    </>
  );
  if (to === undefined || isCurrent) return <div className={look}>{inside}</div>;
  return (
    <Link href={to} className={classNames(look, 'hover:bg-hover')}>
      {inside}
    </Link>
  );
}

function EdgeArrow({ edge }: { edge: PathEdge | undefined }) {
  return (
    <span className="flex min-w-17 flex-1 flex-col items-center px-1.5 text-label whitespace-nowrap text-ink-2">
      {edge?.name}
      <span aria-hidden="true" className="flex w-full items-center">
        <span className={classNames('flex-1 border-t-[1.5px] border-line-strong', edge?.isInferred && 'border-dashed')} />
        <span className="border-y-4 border-l-6 border-y-transparent border-l-line-strong" />
      </span>
    </span>
  );
}
