/** Two scans beside each other: what is new, what stayed, what is gone, and whose verdict changed. Pure. */
import type { Severity, Verdict } from '../../../contract/severity.ts';

/** What is needed of a finding to recognise it and to name it. */
export type KnownFinding = {
  readonly fingerprint: string;
  readonly ruleId: string;
  readonly path: string;
  readonly title: string;
  readonly severity: Severity;
};
export type KnownFile = { readonly path: string; readonly verdict: Verdict | null };
/** An earlier result: of our JSON report, of a SARIF log (which says nothing about files), or of stored rows. */
export type KnownScan = {
  readonly findings: readonly KnownFinding[];
  readonly files: readonly KnownFile[] | null;
  readonly verdict: Verdict | null;
  readonly rulesVersion: string | null;
};

export type Comparison<F extends KnownFinding> = {
  readonly fresh: readonly F[];
  readonly unchanged: readonly F[];
  readonly gone: readonly KnownFinding[];
  /** Files of which one side says another verdict than the other, or which only one side has; null side: not there. Only when both list files. */
  readonly verdicts: readonly { readonly path: string; readonly before: Verdict | null; readonly after: Verdict | null }[];
  readonly verdict: { readonly before: Verdict | null; readonly after: Verdict | null };
  /** false: the scans asked different questions, so a difference may be the scanner's and not the files'. */
  readonly sameRules: boolean;
};

/**
 * Findings are the same when their fingerprints are; of several equal ones (copies of a file) those at the same path belong together first.
 * Order of the lists is the order of the scans. O(n) for n findings and files.
 */
export function compareScans<F extends KnownFinding>(
  before: KnownScan,
  after: Omit<KnownScan, 'findings'> & { readonly findings: readonly F[] },
): Comparison<F> {
  const waiting = new Map<string, KnownFinding[]>();
  for (const finding of before.findings) {
    const known = waiting.get(finding.fingerprint);
    if (known) known.push(finding);
    else waiting.set(finding.fingerprint, [finding]);
  }
  const pairs = new Set<F>();
  for (const samePlace of [true, false])
    for (const finding of after.findings) if (!pairs.has(finding) && take(waiting, finding, samePlace)) pairs.add(finding);
  const left = new Set([...waiting.values()].flat());
  return {
    fresh: after.findings.filter((finding) => !pairs.has(finding)),
    unchanged: after.findings.filter((finding) => pairs.has(finding)),
    gone: before.findings.filter((finding) => left.has(finding)),
    verdicts: verdictChanges(before.files, after.files),
    verdict: { before: before.verdict, after: after.verdict },
    sameRules: before.rulesVersion !== null && before.rulesVersion === after.rulesVersion,
  };
}

function take(waiting: Map<string, KnownFinding[]>, { fingerprint, path }: KnownFinding, samePlace: boolean): boolean {
  const candidates = waiting.get(fingerprint);
  if (!candidates || candidates.length === 0) return false;
  const at = samePlace ? candidates.findIndex((candidate) => candidate.path === path) : 0;
  if (at < 0) return false;
  candidates.splice(at, 1);
  return true;
}

function verdictChanges(before: KnownScan['files'], after: KnownScan['files']): Comparison<KnownFinding>['verdicts'] {
  if (!before || !after) return [];
  const earlier = new Map(before.map(({ path, verdict }) => [path, verdict]));
  const later = new Map(after.map(({ path, verdict }) => [path, verdict]));
  return [...new Set([...earlier.keys(), ...later.keys()])]
    .sort((a, b) => (a < b ? -1 : 1))
    .map((path) => ({ path, before: earlier.get(path) ?? null, after: later.get(path) ?? null }))
    .filter((change) => change.before !== change.after);
}
