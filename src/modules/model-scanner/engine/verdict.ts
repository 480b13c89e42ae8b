/** Three axes, one verdict: pure. */
import type { Finding } from '../../../contract/finding.ts';
import type { Severity, Verdict } from '../../../contract/severity.ts';
import type { UnreadFact } from './artefact.ts';

/** Worst first; the same order as in the contract, kept here so that worker threads load no schema library. */
export const severityOrder = ['critical', 'high', 'medium', 'low', 'informational'] as const satisfies readonly Severity[];
export const verdictOrder = [
  'malicious',
  'suspicious',
  'incomplete',
  'risky',
  'clean',
  'unsupported',
] as const satisfies readonly Verdict[];

type Judged = Pick<Finding, 'axis' | 'effect' | 'certainty' | 'severity'>;

/**
 * The verdict of one file, members included.
 *
 * malicious: an effect outside the artefact is proved. A nested load takes the effect of the nested bytes, which are judged themselves.
 * suspicious: an effect is possible or unknown, or an integrity lie (severity high or worse) stands alone.
 * incomplete: something could not be read. unsupported: nothing could, because no reader knows the format.
 * risky: some finding of severity medium or worse. clean: everything read and nothing of the kind.
 *
 * @param readAnything false when no reader understood any part.
 */
export function verdictOf(findings: readonly Judged[], unread: readonly Pick<UnreadFact, 'reason'>[], readAnything: boolean): Verdict {
  if (findings.some(provesHarm)) return 'malicious';
  if (findings.some(raisesSuspicion)) return 'suspicious';
  if (unread.length > 0) {
    const onlyUnsupported = !readAnything && unread.every(({ reason }) => reason === 'unsupported');
    return onlyUnsupported ? 'unsupported' : 'incomplete';
  }
  return findings.some(({ severity }) => atLeast(severity, 'medium')) ? 'risky' : 'clean';
}

function provesHarm({ axis, effect, certainty }: Judged): boolean {
  return axis === 'effect' && certainty === 'proved' && effect !== undefined && effect !== 'none' && effect !== 'nested-load';
}

function raisesSuspicion({ axis, severity }: Judged): boolean {
  return axis === 'effect' || (axis === 'integrity' && atLeast(severity, 'high'));
}

export function atLeast(severity: Severity, bar: Severity): boolean {
  return severityOrder.indexOf(severity) <= severityOrder.indexOf(bar);
}

/** The gravest of several verdicts; 'clean' when there is none. A file no reader knows does not make a whole clean tree unsupported. */
export function worstVerdict(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.length > 0 && verdicts.every((verdict) => verdict === 'unsupported')) return 'unsupported';
  const graver = verdictOrder.find((verdict) => verdict !== 'unsupported' && verdicts.includes(verdict));
  const someUnread = verdicts.includes('unsupported');
  if (someUnread && (graver === 'clean' || graver === 'risky')) return 'incomplete';
  return graver ?? 'clean';
}
