/** Severities, statuses, verdicts and marks as the kit knows them: word, shape and tone. Never colour alone. */

export type Severity = 'critical' | 'high' | 'medium' | 'low' | 'informational' | 'unknown';
export type Status = 'open' | 'in-progress' | 'resolved-claimed' | 'resolved-verified' | 'false-positive' | 'risk-accepted' | 'on-hold';
export type Verdict = 'malicious' | 'suspicious' | 'incomplete' | 'risky' | 'clean' | 'unsupported';
export type Outcome = 'met' | 'partly' | 'not-met' | 'not-assessed';
export type MarkName = 'static' | 'observed' | 'imported' | 'declared' | 'inferred';

export type ShapeName =
  | 'critical'
  | 'high'
  | 'medium'
  | 'low'
  | 'informational'
  | 'ok'
  | 'unknown'
  | 'open'
  | 'in-progress'
  | 'resolved-claimed'
  | 'risk-accepted'
  | 'on-hold'
  | 'false-positive';
export type Tone = 'critical' | 'high' | 'medium' | 'low' | 'info' | 'ok' | 'unknown' | 'accent' | 'ink-2' | 'ink-3';
export type Meaning = { readonly word: string; readonly shape: ShapeName; readonly tone: Tone };

export const severityMeanings: Readonly<Record<Severity, Meaning>> = {
  critical: { word: 'Critical', shape: 'critical', tone: 'critical' },
  high: { word: 'High', shape: 'high', tone: 'high' },
  medium: { word: 'Medium', shape: 'medium', tone: 'medium' },
  low: { word: 'Low', shape: 'low', tone: 'low' },
  informational: { word: 'Informational', shape: 'informational', tone: 'info' },
  unknown: { word: 'Unknown', shape: 'unknown', tone: 'unknown' },
};
export const statusMeanings: Readonly<Record<Status, Meaning>> = {
  open: { word: 'Open', shape: 'open', tone: 'ink-3' },
  'in-progress': { word: 'In progress', shape: 'in-progress', tone: 'accent' },
  'resolved-claimed': { word: 'Resolved, claimed', shape: 'resolved-claimed', tone: 'ink-2' },
  'resolved-verified': { word: 'Resolved, verified', shape: 'ok', tone: 'ok' },
  'false-positive': { word: 'False positive', shape: 'false-positive', tone: 'ink-2' },
  'risk-accepted': { word: 'Risk accepted', shape: 'risk-accepted', tone: 'ink-2' },
  'on-hold': { word: 'On hold', shape: 'on-hold', tone: 'ink-3' },
};
export const verdictMeanings: Readonly<Record<Verdict, Meaning>> = {
  malicious: { word: 'Malicious', shape: 'critical', tone: 'critical' },
  suspicious: { word: 'Suspicious', shape: 'high', tone: 'high' },
  incomplete: { word: 'Incomplete', shape: 'unknown', tone: 'unknown' },
  risky: { word: 'Risky', shape: 'medium', tone: 'medium' },
  clean: { word: 'Clean', shape: 'ok', tone: 'ok' },
  unsupported: { word: 'Unsupported', shape: 'unknown', tone: 'unknown' },
};
export const outcomeMeanings: Readonly<Record<Outcome, Meaning>> = {
  met: { word: 'Met', shape: 'ok', tone: 'ok' },
  partly: { word: 'Partly met', shape: 'medium', tone: 'medium' },
  'not-met': { word: 'Not met', shape: 'high', tone: 'high' },
  'not-assessed': { word: 'Not assessed', shape: 'unknown', tone: 'unknown' },
};

/** Colour of the shape itself. Written out so that Tailwind finds each class. */
export const toneText: Readonly<Record<Tone, string>> = {
  critical: 'text-critical',
  high: 'text-high',
  medium: 'text-medium',
  low: 'text-low',
  info: 'text-info',
  ok: 'text-ok',
  unknown: 'text-unknown',
  accent: 'text-accent',
  'ink-2': 'text-ink-2',
  'ink-3': 'text-ink-3',
};
/** Ground and ink of a chip. */
export const toneChip: Readonly<Record<Tone, string>> = {
  critical: 'bg-critical-tint text-critical-ink',
  high: 'bg-high-tint text-high-ink',
  medium: 'bg-medium-tint text-medium-ink',
  low: 'bg-low-tint text-low-ink',
  info: 'bg-info-tint text-info-ink',
  ok: 'bg-ok-tint text-ok-ink',
  unknown: 'bg-unknown-tint text-unknown-ink outline-1 -outline-offset-1 outline-dashed outline-unknown',
  accent: 'bg-accent-tint text-accent-ink',
  'ink-2': 'bg-info-tint text-ink-2',
  'ink-3': 'bg-info-tint text-ink-2',
};
/** Filled bars. */
export const toneFill: Readonly<Record<Tone, string>> = {
  critical: 'bg-critical',
  high: 'bg-high',
  medium: 'bg-medium',
  low: 'bg-low',
  info: 'bg-info',
  ok: 'bg-ok',
  unknown: 'bg-unknown',
  accent: 'bg-accent',
  'ink-2': 'bg-ink-2',
  'ink-3': 'bg-ink-3',
};
