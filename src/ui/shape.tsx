/** The drawings behind severities and statuses. 16 × 16, currentColor; inner strokes are cut in the ground's colour. */
import type { ReactNode } from 'react';
import { classNames } from './class-names.ts';
import { type ShapeName, type Tone, toneText } from './words.ts';

const ring = <circle cx="8" cy="8" r="5.8" fill="none" stroke="currentColor" strokeWidth="1.8" />;
const cut = { stroke: 'var(--cut)', strokeLinecap: 'round', strokeLinejoin: 'round', fill: 'none' } as const;
const line = { stroke: 'currentColor', strokeLinecap: 'round', strokeLinejoin: 'round', fill: 'none' } as const;

const drawings: Readonly<Record<ShapeName, ReactNode>> = {
  critical: (
    <>
      <path d="M5 1h6l4 4v6l-4 4H5l-4-4V5z" fill="currentColor" />
      <path d="M8 4.4v4.4" {...cut} strokeWidth="2" />
      <circle cx="8" cy="11.6" r="1.15" fill="var(--cut)" />
    </>
  ),
  high: <path d="M8 1.6 15.2 14H.8z" fill="currentColor" stroke="currentColor" strokeLinejoin="round" />,
  medium: <rect x="3" y="3" width="10" height="10" rx="1" fill="currentColor" transform="rotate(45 8 8)" />,
  low: <circle cx="8" cy="8" r="5.2" fill="none" stroke="currentColor" strokeWidth="2.2" />,
  informational: <rect x="2.5" y="6.7" width="11" height="2.6" rx="1.3" fill="currentColor" />,
  ok: (
    <>
      <circle cx="8" cy="8" r="7" fill="currentColor" />
      <path d="m4.8 8.2 2.2 2.3 4.2-4.8" {...cut} strokeWidth="1.9" />
    </>
  ),
  unknown: (
    <>
      <circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" strokeWidth="1.7" strokeDasharray="2.6 2.3" />
      <path d="M6.2 6.4c0-2.3 3.6-2.3 3.6 0 0 1.4-1.8 1.5-1.8 2.8" {...line} strokeWidth="1.5" />
      <circle cx="8" cy="11.4" r=".95" fill="currentColor" />
    </>
  ),
  open: ring,
  'in-progress': (
    <>
      {ring}
      <path d="M8 4.6a3.4 3.4 0 0 1 0 6.8z" fill="currentColor" />
    </>
  ),
  'resolved-claimed': (
    <>
      <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" strokeWidth="1.7" strokeDasharray="2.6 2.1" />
      <path d="m5.4 8.2 1.9 1.9 3.4-4" {...line} strokeWidth="1.7" />
    </>
  ),
  'risk-accepted': <path d="M8 1.5 13.6 3.6v4c0 3.3-2.3 5.7-5.6 6.9-3.3-1.2-5.6-3.6-5.6-6.9v-4z" {...line} strokeWidth="1.7" />,
  'on-hold': (
    <>
      {ring}
      <path d="M6.5 6v4M9.5 6v4" {...line} strokeWidth="1.6" />
    </>
  ),
  'false-positive': (
    <>
      {ring}
      <path d="m4.2 11.8 7.6-7.6" {...line} strokeWidth="1.7" />
    </>
  ),
};

type ShapeProps = {
  name: ShapeName;
  tone: Tone;
  /** Accessible name and tooltip. Left out only when the word stands beside the shape. */
  label?: string | undefined;
  size?: number | undefined;
  className?: string | undefined;
};

export function Shape({ name, tone, label, size = 14, className }: ShapeProps) {
  const svg = (
    <svg viewBox="0 0 16 16" width={size} height={size} aria-hidden="true" className={classNames('flex-none', toneText[tone], className)}>
      {drawings[name]}
    </svg>
  );
  if (label === undefined) return svg;
  return (
    <span role="img" aria-label={label} title={label} className="inline-flex align-middle">
      {svg}
    </span>
  );
}

/** The product's mark: two brackets around one point. */
export function TrailMark({ size = 20 }: { size?: number }) {
  return (
    <svg viewBox="0 0 20 20" width={size} height={size} aria-hidden="true" className="flex-none text-ink">
      <path
        d="M7 2H3.6A1.6 1.6 0 0 0 2 3.6v12.8A1.6 1.6 0 0 0 3.6 18H7M13 2h3.4A1.6 1.6 0 0 1 18 3.6v12.8a1.6 1.6 0 0 1-1.6 1.6H13"
        fill="none"
        stroke="currentColor"
        strokeWidth="2.1"
        strokeLinecap="round"
      />
      <circle cx="10" cy="10" r="3.1" fill="var(--accent)" />
    </svg>
  );
}
