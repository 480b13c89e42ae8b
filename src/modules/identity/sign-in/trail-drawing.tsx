/** The drawing beside sign-in: one trail from data to evidence, lit; all others, quiet. Decoration: its sentence says the same. */
import type { ReactNode } from 'react';

type Point = readonly [x: number, y: number];
const data: readonly Point[] = [10, 68, 126, 184, 242, 300, 358].map((y) => [8, y]);
const models: readonly Point[] = [68, 193, 299].map((y) => [172, y]);
const agents: readonly Point[] = [145, 241].map((y) => [326, y]);
const evidence: Point = [430, 193];

/** Places in the columns: which data feeds which model, and so on. */
const dataToModels = [
  [0, 0],
  [1, 0],
  [2, 0],
  [3, 1],
  [4, 1],
  [4, 2],
  [5, 2],
  [6, 2],
] as const;
const modelsToAgents = [
  [0, 0],
  [1, 1],
  [2, 1],
] as const;

export function TrailDrawing() {
  return (
    <svg viewBox="0 0 500 412" aria-hidden="true" className="w-full max-w-125 text-ink-3">
      <g fill="none" stroke="currentColor" strokeWidth="1.2" opacity="0.7">
        {dataToModels.map(([from, to]) => link(data[from], models[to]))}
        {modelsToAgents.map(([from, to]) => link(models[from], agents[to]))}
        {link(agents[1], evidence)}
      </g>
      <g fill="none" className="stroke-accent" strokeWidth="2">
        {link(data[2], models[1])}
        {link(models[1], agents[0])}
        {link(agents[0], evidence)}
      </g>
      {data.map(([x, y], place) => circle(x, y, { radius: 5, lit: place === 2, dashed: place === 6 }))}
      {models.map(([x, y], place) => square(x, y, place === 1))}
      {agents.map(([x, y], place) => circle(x, y, { radius: 7, lit: place === 0, dashed: false }))}
      <Mark />
      <g className="fill-ink-2 text-[12.5px]">
        <text x="2" y="408">
          data
        </text>
        <text x="151" y="408">
          models
        </text>
        <text x="306" y="408">
          agents
        </text>
        <text x="436" y="408">
          evidence
        </text>
      </g>
    </svg>
  );
}

function link(from: Point | undefined, to: Point | undefined): ReactNode {
  if (!from || !to) return null;
  const middle = (from[0] + to[0]) / 2;
  return <path key={`${from}-${to}`} d={`M${from[0]} ${from[1]}C${middle} ${from[1]} ${middle} ${to[1]} ${to[0]} ${to[1]}`} />;
}

function circle(x: number, y: number, { radius, lit, dashed }: { radius: number; lit: boolean; dashed: boolean }): ReactNode {
  return (
    <circle
      key={`${x}-${y}`}
      cx={x}
      cy={y}
      r={radius}
      strokeWidth="1.4"
      strokeDasharray={dashed ? '3 2.6' : undefined}
      className={lit ? 'fill-accent stroke-accent' : 'fill-canvas stroke-line-strong'}
    />
  );
}

function square(x: number, y: number, lit: boolean): ReactNode {
  return (
    <rect
      key={`${x}-${y}`}
      x={x - 7}
      y={y - 7}
      width="14"
      height="14"
      rx="2"
      strokeWidth="1.4"
      className={lit ? 'fill-accent stroke-accent' : 'fill-canvas stroke-line-strong'}
    />
  );
}

function Mark() {
  return (
    <g transform="translate(440 170)">
      <path
        d="M14 2H7a4 4 0 0 0-4 4v34a4 4 0 0 0 4 4h7M32 2h7a4 4 0 0 1 4 4v34a4 4 0 0 1-4 4h-7"
        fill="none"
        strokeWidth="4.5"
        strokeLinecap="round"
        className="stroke-ink"
      />
      <circle cx="23" cy="23" r="7.5" className="fill-accent" />
    </g>
  );
}
