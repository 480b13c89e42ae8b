/** How states of incidents, acts and quarantines read, and the clock that counts down. */
import { useEffect, useState } from 'react';
import { inertLine } from '../../../ui/inert.ts';
import { Badge } from '../../../ui/tag.tsx';
import { formatDuration } from '../../../ui/time.ts';
import type { Tone } from '../../../ui/words.ts';
import { sourceTitle } from '../../security-alerts/contract.ts';
import type { ActState, IncidentState, PointState, QuarantineState } from '../contract.ts';

export const liveEvents = ['incidents.', 'alert.'];
/** The slices whose answers change with an incident. */
export const touched = ['incidents', 'security-alerts', 'ai-assets', 'adversarial-detection', 'dashboard'];

type Words = { readonly word: string; readonly tone: Tone };
const incidentWords: Readonly<Record<IncidentState, Words>> = {
  open: { word: 'Open', tone: 'accent' },
  investigating: { word: 'Being investigated', tone: 'high' },
  contained: { word: 'Contained', tone: 'medium' },
  resolved: { word: 'Resolved', tone: 'ok' },
  closed: { word: 'Closed', tone: 'info' },
  false_positive: { word: 'False positive', tone: 'info' },
};
export const incidentStateWord = (state: IncidentState): string => incidentWords[state].word;
export function IncidentStateBadge({ state }: { state: IncidentState }) {
  return <Badge tone={incidentWords[state].tone}>{incidentWords[state].word}</Badge>;
}

const heldWords: Readonly<Record<QuarantineState, Words>> = {
  planned: { word: 'Planned', tone: 'info' },
  awaiting_approval: { word: 'Waits for approval', tone: 'accent' },
  executing: { word: 'Under way', tone: 'accent' },
  in_force: { word: 'In force', tone: 'ok' },
  partial: { word: 'Partly in force', tone: 'high' },
  failed: { word: 'Failed', tone: 'critical' },
  reverting: { word: 'Release asked for', tone: 'accent' },
  reverted: { word: 'Released', tone: 'info' },
  expired: { word: 'Expired', tone: 'info' },
  skipped: { word: 'Not done', tone: 'info' },
  advised: { word: 'Only advised', tone: 'unknown' },
};
export function QuarantineStateBadge({ state }: { state: QuarantineState }) {
  return <Badge tone={heldWords[state].tone}>{heldWords[state].word}</Badge>;
}
const actWords: Readonly<Partial<Record<ActState, string>>> = { reverting: 'Being taken back', reverted: 'Taken back' };
export function ActStateBadge({ state, simulated }: { state: ActState; simulated: boolean }) {
  if (simulated) return <Badge tone="unknown">Simulated</Badge>;
  return <Badge tone={heldWords[state].tone}>{actWords[state] ?? heldWords[state].word}</Badge>;
}
const pointWords: Readonly<Record<PointState, Words>> = {
  pending: { word: 'Has not answered', tone: 'accent' },
  confirmed: { word: 'Enforces it', tone: 'ok' },
  failed: { word: 'Cannot enforce it', tone: 'critical' },
  advised: { word: 'Nobody enforces it', tone: 'unknown' },
  released: { word: 'Released', tone: 'info' },
};
export function PointBadge({ state }: { state: PointState }) {
  return <Badge tone={pointWords[state].tone}>{pointWords[state].word}</Badge>;
}

export function categoryWords(category: string): string {
  const text = category.replaceAll('-', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export const sourceWords = (source: string): string => inertLine(sourceTitle(source), 80);

/** Milliseconds until a moment, counted every second while it is near. */
function useRemaining(dueAt: string): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return Date.parse(dueAt) - now;
}

/** `in 24 s`, `4 s overdue`: by the clock of this browser. */
export function CountdownWords({ dueAt }: { dueAt: string }) {
  const remaining = useRemaining(dueAt);
  const words = formatDuration(Math.max(1000, Math.abs(Math.round(remaining / 1000) * 1000)));
  return (
    <time dateTime={dueAt} className={remaining < 0 ? 'font-name text-high-ink tabular-nums' : 'tabular-nums'}>
      {remaining < 0 ? `${words} overdue` : `in ${words}`}
    </time>
  );
}
