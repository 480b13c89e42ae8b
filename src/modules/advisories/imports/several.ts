/** What several records, or several CVEs, of one vulnerability say together. Pure. */
import type { AdvisoryMatch, Exploitation } from '../contract.ts';

export type ExploitBook = { readonly kev: boolean; readonly epss: boolean; readonly found: ReadonlyMap<string, Exploitation> };

/** Several CVEs of one advisory: the gravest answer counts. */
export function worst(cves: readonly string[], { kev, found }: ExploitBook): Exploitation {
  const known = cves.flatMap((cve) => found.get(cve) ?? []);
  const exploited = known.find((one) => one.kev === true);
  const likely = known.toSorted((left, right) => (right.epss ?? -1) - (left.epss ?? -1))[0];
  return {
    // Without a CVE nothing is said about exploitation: the catalogue names CVEs only.
    kev: !kev || cves.length === 0 ? null : exploited !== undefined,
    kevDue: exploited?.kevDue ?? null,
    ransomware: exploited?.ransomware ?? null,
    epss: likely?.epss ?? null,
    epssPercentile: likely?.epssPercentile ?? null,
    epssDate: likely?.epssDate ?? null,
  };
}

type Spoken = { readonly [K in 'summary' | 'severity' | 'cvssScore' | 'cvssVector' | 'malicious']: AdvisoryMatch[K] } & {
  readonly cwes: readonly string[];
};

/** Records of one vulnerability: the highest score speaks, and the longest summary says most. */
export function gravest(
  rows: readonly Spoken[],
): Pick<AdvisoryMatch, 'summary' | 'severity' | 'cvssScore' | 'cvssVector' | 'malicious' | 'cwes'> {
  const ranks = ['informational', 'low', 'medium', 'high', 'critical'];
  const byScore = rows.toSorted((left, right) => (right.cvssScore ?? -1) - (left.cvssScore ?? -1))[0];
  const bySeverity = rows.toSorted((left, right) => ranks.indexOf(right.severity ?? '') - ranks.indexOf(left.severity ?? ''))[0];
  return {
    summary: rows.map(({ summary }) => summary).sort((left, right) => right.length - left.length)[0] ?? '',
    severity: bySeverity?.severity ?? null,
    cvssScore: byScore?.cvssScore ?? null,
    cvssVector: byScore?.cvssVector ?? null,
    malicious: rows.some(({ malicious }) => malicious),
    cwes: [...new Set(rows.flatMap(({ cwes }) => cwes))],
  };
}
