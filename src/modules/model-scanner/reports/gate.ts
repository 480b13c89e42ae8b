/** When a scan fails a build: bars, exit codes, and which findings count. Pure. */
import type { ScanFinding, ScanResult } from '../contract.ts';
import { severityOrder, verdictOrder } from '../engine/verdict.ts';
import type { Comparison } from './compare.ts';
import { type Gated, gateOf, type Suppressed } from './suppress.ts';

export const exitCodes = { clean: 0, found: 1, incomplete: 2, usage: 3 } as const;

const verdictBars = ['malicious', 'suspicious', 'risky'] as const;
const severityBars = ['low', 'medium', 'high', 'critical'] as const;
export type Bar = (typeof verdictBars)[number] | (typeof severityBars)[number];
export const bars: readonly Bar[] = [...verdictBars, ...severityBars];

/** A scan with what was decided about it: suppressions, and an earlier result to compare with. */
export type JudgedScan = {
  readonly result: ScanResult;
  /** null: no suppressions were given. */
  readonly suppressed: Suppressed<ScanFinding> | null;
  /** null: no baseline was given. */
  readonly comparison: Comparison<ScanFinding> | null;
};

/** Findings that count: not suppressed, and with a baseline only new ones. */
export function gatedScan({ result, suppressed, comparison }: JudgedScan): Gated {
  const fresh = comparison ? new Set(comparison.fresh) : null;
  const standing = (suppressed?.standing ?? result.findings).filter((finding) => !fresh || fresh.has(finding));
  return standing.length === result.findings.length ? result : gateOf(result, standing);
}

type Rated = Pick<ScanFinding, 'severity' | 'unrated'>;

/** 1 when a verdict or finding reaches the bar; 2 when something was not read and nothing did; else 0. */
export function exitCodeOf(result: Gated<Rated>, bar: Bar): number {
  if (reaches(result, bar)) return exitCodes.found;
  return result.unread.length > 0 ? exitCodes.incomplete : exitCodes.clean;
}

function reaches({ findings, files, verdict }: Gated<Rated>, bar: Bar): boolean {
  const severity = severityBars.find((word) => word === bar);
  // Whatever its severity is, it is at least the lowest; more than that nobody has said.
  const ratingOf = (finding: Rated) => severityOrder.indexOf(finding.unrated ? 'low' : finding.severity);
  if (severity) return findings.some((finding) => ratingOf(finding) <= severityOrder.indexOf(severity));
  const barWord = verdictBars.find((word) => word === bar);
  const barIndex = barWord === undefined ? -1 : verdictOrder.indexOf(barWord);
  const reached = (word: ScanResult['verdict'] | null) =>
    word !== null && word !== 'incomplete' && word !== 'unsupported' && verdictOrder.indexOf(word) <= barIndex;
  return reached(verdict) || files.some((file) => reached(file.verdict));
}
