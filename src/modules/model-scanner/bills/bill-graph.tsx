/** What an asset is made of as a drawing: from base models and data on the left to the models, and what they need below. Each box is a stop of the keyboard; a table says the same. */
import { type KeyboardEvent, useMemo, useRef, useState } from 'react';
import { inertLine } from '../../../ui/inert.ts';
import { ScrollRegion } from '../../../ui/scroll-region.tsx';
import type { Bill } from '../contract.ts';

type Kind = Bill['components'][number]['kind'];
type Node = {
  readonly key: string;
  readonly kind: Kind;
  readonly name: string;
  readonly isOutside: boolean;
  readonly x: number;
  readonly y: number;
};
type Edge = Bill['edges'][number];

const boxWidth = 168;
const boxHeight = 40;
const columnGap = 96;
const rowGap = 12;
const margin = 8;
/** More boxes in one column than this are one box that says how many. */
const mostInColumn = 12;

const kindWords: Readonly<Record<Kind, string>> = {
  model: 'model',
  dataset: 'data',
  package: 'package',
  file: 'file',
  service: 'service',
};

export function BillGraph({ bill, onChoose, chosen }: { bill: Bill; onChoose: (key: string) => void; chosen: string | null }) {
  const { nodes, edges, width, height } = useMemo(() => layout(bill), [bill]);
  const [focusKey, setFocus] = useState<string | null>(null);
  const root = useRef<SVGSVGElement>(null);
  const byKey = useMemo(() => new Map(nodes.map((node) => [node.key, node])), [nodes]);
  const stop = byKey.has(focusKey ?? '') ? focusKey : (nodes[0]?.key ?? null);
  const move = (event: KeyboardEvent, node: Node): void => {
    const next = neighbour(nodes, node, event.key);
    if (next === null) return;
    event.preventDefault();
    setFocus(next.key);
    root.current?.querySelector<SVGGElement>(`[data-key="${CSS.escape(next.key)}"]`)?.focus();
  };
  if (edges.length === 0) return null;
  return (
    <ScrollRegion label="Made of, drawn" className="overflow-x-auto">
      {/* biome-ignore lint/a11y/useSemanticElements: a drawing is no fieldset */}
      <svg ref={root} width={width} height={height} role="group" aria-label="What it is made of" className="block">
        <g>
          {edges.map((edge) => (
            <EdgeLine key={`${edge.from} ${edge.to} ${edge.kind}`} edge={edge} from={byKey.get(edge.from)} to={byKey.get(edge.to)} />
          ))}
        </g>
        {nodes.map((node) => (
          <Box
            key={node.key}
            node={node}
            says={sentenceOf(node, edges, byKey)}
            isStop={node.key === stop}
            isChosen={node.key === chosen}
            onFocus={() => setFocus(node.key)}
            onChoose={() => onChoose(node.key)}
            onKeyDown={(event) => move(event, node)}
          />
        ))}
      </svg>
    </ScrollRegion>
  );
}

type BoxProps = {
  node: Node;
  says: string;
  isStop: boolean;
  isChosen: boolean;
  onFocus: () => void;
  onChoose: () => void;
  onKeyDown: (event: KeyboardEvent) => void;
};
function Box({ node, says, isStop, isChosen, onFocus, onChoose, onKeyDown }: BoxProps) {
  const name = shownName(node);
  const what = whatOf(node);
  return (
    // biome-ignore lint/a11y/useSemanticElements: there is no button in SVG
    <g
      role="button"
      data-key={node.key}
      tabIndex={isStop ? 0 : -1}
      aria-pressed={isChosen}
      transform={`translate(${node.x} ${node.y})`}
      onFocus={onFocus}
      onClick={onChoose}
      onKeyDown={(event) => {
        if (event.key === 'Enter' || event.key === ' ') {
          event.preventDefault();
          onChoose();
        } else onKeyDown(event);
      }}
      className="cursor-default"
    >
      <desc>{says}</desc>
      <rect
        width={boxWidth}
        height={boxHeight}
        rx={8}
        strokeDasharray={node.isOutside ? '4 3' : undefined}
        strokeWidth={isChosen ? 2 : 1}
        className={isChosen ? 'fill-accent-tint stroke-accent' : 'fill-surface stroke-line-strong'}
      />
      <text x={10} y={17} className="fill-ink text-label font-strong">
        {name}
      </text>
      <text x={10} y={32} className="fill-ink-2 text-mark">
        {what}
      </text>
    </g>
  );
}

function EdgeLine({ edge, from, to }: { edge: Edge; from: Node | undefined; to: Node | undefined }) {
  if (from === undefined || to === undefined) return null;
  const isForward = from.x < to.x;
  const [x1, x2] = isForward ? [from.x + boxWidth, to.x] : [from.x, to.x + boxWidth];
  const [y1, y2] = [from.y + boxHeight / 2, to.y + boxHeight / 2];
  const bend = (x2 - x1) / 2;
  return (
    <path
      d={`M ${x1} ${y1} C ${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`}
      strokeDasharray={edge.mark === 'declared' ? '4 3' : undefined}
      className="fill-none stroke-line-strong"
      strokeWidth={1.25}
    />
  );
}

function shownName({ name }: Pick<Node, 'name'>): string {
  const short = inertLine(name.split('/').at(-1) || name, 60);
  return short.length > 24 ? `${short.slice(0, 23)}…` : short;
}

function whatOf({ kind, isOutside }: Pick<Node, 'kind' | 'isOutside'>): string {
  return `${kindWords[kind]}${isOutside ? ', elsewhere' : ''}`;
}

/** Left: base models and data. Middle: models. Right: packages, services and files that stand beside them. */
function columnOf(kind: Kind, isOutside: boolean, isBase: boolean): 0 | 1 | 2 {
  if (kind === 'model') return isOutside || isBase ? 0 : 1;
  return kind === 'dataset' ? 0 : 2;
}

function layout(bill: Bill): { nodes: Node[]; edges: Edge[]; width: number; height: number } {
  const bases = new Set(bill.edges.filter(({ kind }) => kind === 'base of').map(({ from }) => from));
  const columns: Omit<Node, 'x' | 'y'>[][] = [[], [], []];
  for (const { key, kind, name } of bill.outsiders) columns[columnOf(kind, true, true)]?.push({ key, kind, name, isOutside: true });
  // Files, packages and services that nothing is known to need stand in the table only.
  const linked = new Set(bill.edges.flatMap(({ from, to }) => [from, to]));
  const drawn = bill.components.filter(({ key, kind }) => kind === 'model' || kind === 'dataset' || linked.has(key));
  for (const { key, kind, name } of drawn) columns[columnOf(kind, false, bases.has(key))]?.push({ key, kind, name, isOutside: false });
  const shownAs = new Map<string, string>();
  const folded = columns.map((column, at) => folding(column, at, shownAs));
  const used = folded.filter((column) => column.length > 0);
  const tallest = Math.max(1, ...used.map((column) => column.length));
  const heightOf = (count: number): number => count * (boxHeight + rowGap) - rowGap;
  const nodes = used.flatMap((column, at) => {
    const top = margin + (heightOf(tallest) - heightOf(column.length)) / 2;
    return column.map((node, row) => ({ ...node, x: margin + at * (boxWidth + columnGap), y: top + row * (boxHeight + rowGap) }));
  });
  const edges = new Map<string, Edge>();
  for (const edge of bill.edges) {
    const [from, to] = [shownAs.get(edge.from) ?? edge.from, shownAs.get(edge.to) ?? edge.to];
    if (from !== to) edges.set(`${from} ${to} ${edge.kind}`, { ...edge, from, to });
  }
  return {
    nodes,
    edges: [...edges.values()],
    width: 2 * margin + used.length * boxWidth + Math.max(0, used.length - 1) * columnGap,
    height: 2 * margin + heightOf(tallest),
  };
}

function folding(column: readonly Omit<Node, 'x' | 'y'>[], at: number, shownAs: Map<string, string>): Omit<Node, 'x' | 'y'>[] {
  if (column.length <= mostInColumn) return [...column];
  const rest = column.slice(mostInColumn - 1);
  const key = `more:${at}`;
  for (const node of rest) shownAs.set(node.key, key);
  const [first] = rest;
  return [
    ...column.slice(0, mostInColumn - 1),
    { key, kind: first?.kind ?? 'file', name: `${rest.length} more, in the table`, isOutside: false },
  ];
}

function besideOf(key: string, from: Node): ((node: Node) => boolean) | null {
  if (key === 'ArrowUp') return ({ x, y }) => x === from.x && y < from.y;
  if (key === 'ArrowDown') return ({ x, y }) => x === from.x && y > from.y;
  if (key === 'ArrowLeft') return ({ x }) => x < from.x;
  return key === 'ArrowRight' ? ({ x }) => x > from.x : null;
}

/** The box that an arrow key leads to: up and down in a column, left and right to the nearest of the next. */
function neighbour(nodes: readonly Node[], from: Node, key: string): Node | null {
  const isBeside = besideOf(key, from);
  if (isBeside === null) return null;
  const distance = (node: Node): number => Math.abs(node.x - from.x) * 1000 + Math.abs(node.y - from.y);
  return nodes.filter(isBeside).sort((a, b) => distance(a) - distance(b))[0] ?? null;
}

function sentenceOf(node: Node, edges: readonly Edge[], byKey: ReadonlyMap<string, Node>): string {
  const links = edges.flatMap(({ from, to, kind }) => {
    if (from === node.key) return [`${kind} ${inertLine(byKey.get(to)?.name ?? to, 80)}`];
    return [];
  });
  return [inertLine(node.name, 120), ...links.slice(0, 4)].join(', ');
}
