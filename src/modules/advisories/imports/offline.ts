/** Packages of a scan against a snapshot file: what the scanner's command asks. */

import type { AdvisorySeverity } from '../advisory.ts';
import type { Exploitation } from '../contract.ts';
import { asPython } from '../matching/conda.ts';
import { isDecidedElsewhere } from '../matching/decided-elsewhere.ts';
import { type AdvisoryIndex, advisoryIndex, type Cluster, type Component, clusters, matchComponent } from '../matching/match.ts';
import { packageKey } from '../matching/package-name.ts';
import { ecosystemOf } from '../versions/order.ts';
import { gravest, worst } from './several.ts';
import { readSnapshot, type Snapshot } from './snapshot.ts';

type AskedPackage = Component & { readonly purl: string };
export type OfflineMatch = {
  readonly purl: string;
  readonly id: string;
  readonly aliases: readonly string[];
  readonly summary: string;
  readonly severity: AdvisorySeverity | null;
  readonly score: { readonly value: number; readonly vector: string } | null;
  readonly cwes: readonly string[];
  readonly state: 'affected' | 'possible' | 'unknown';
  readonly fixed: string | null;
  readonly malicious: boolean;
  readonly exploitation: Exploitation;
};
export type OfflineAnswer = { readonly matches: readonly OfflineMatch[]; readonly basis: string };

/**
 * @param file a snapshot made by `ai-spm advisories import`.
 * @returns one match for each package and vulnerability. Requirements that also allow a fixed version are counted in
 *   `basis`, not listed: what gets installed is most likely the fixed one.
 * @throws advisories.noSuchFile, .snapshot
 */
export async function matchSnapshot(file: string, packages: readonly AskedPackage[], now = new Date()): Promise<OfflineAnswer> {
  const covered = packages.map(asPython).flatMap((entry) => {
    const ecosystem = ecosystemOf(entry.ecosystem);
    return ecosystem === null ? [] : [packageKey(ecosystem, entry.name)];
  });
  const snapshot = await readSnapshot(file, new Set(covered));
  const index = advisoryIndex(snapshot.advisories);
  const seen = new Set<string>();
  const found: OfflineMatch[] = [];
  let open = 0;
  let elsewhere = 0;
  for (const entry of packages) {
    const key = JSON.stringify([entry.purl, entry.requirement, entry.origin]);
    if (seen.has(key)) continue;
    seen.add(key);
    if (isDecidedElsewhere(entry)) {
      elsewhere += 1;
      continue;
    }
    const { listed, left } = matchesOf(index, entry, snapshot);
    found.push(...listed);
    if (left) open += 1;
  }
  const unlisted = new Set(packages.filter((entry) => !isLoaded(snapshot, asPython(entry).ecosystem)).map(({ purl }) => purl));
  return { matches: found, basis: basisOf(snapshot, { open, notChecked: unlisted.size, elsewhere, now }) };
}

function isLoaded({ sources }: Snapshot, ecosystem: string): boolean {
  return sources.some(({ ecosystems }) => ecosystems.includes(ecosystem));
}

function matchesOf(index: AdvisoryIndex, entry: AskedPackage, { exploits }: Snapshot): { listed: OfflineMatch[]; left: boolean } {
  const all = clusters(matchComponent(index, entry), entry.ecosystem);
  const listed = all.flatMap(({ id, ids, state, fixed, advisories }): OfflineMatch[] => {
    if (state === 'open') return [];
    const facts = gravest(advisories);
    const cves = ids.filter((one) => one.startsWith('CVE-'));
    return [
      {
        purl: entry.purl,
        id,
        aliases: ids.filter((one) => one !== id),
        summary: facts.summary,
        severity: severityOf(facts.severity, state),
        score: facts.cvssScore === null || facts.cvssVector === null ? null : { value: facts.cvssScore, vector: facts.cvssVector },
        cwes: facts.cwes,
        state,
        fixed,
        malicious: facts.malicious,
        exploitation: worst(cves, exploits),
      },
    ];
  });
  return { listed, left: all.some(({ state }) => state === 'open') };
}

/** What is not sure is one step milder. */
function severityOf(severity: AdvisorySeverity | null, state: Cluster['state']): AdvisorySeverity | null {
  const order: readonly AdvisorySeverity[] = ['critical', 'high', 'medium', 'low', 'informational'];
  if (severity === null || state === 'affected') return severity;
  return order[Math.min(order.indexOf(severity) + 1, 3)] ?? severity;
}

const dayMs = 86_400_000;

type Left = { readonly open: number; readonly notChecked: number; readonly elsewhere: number; readonly now: Date };

/** `OSV PyPI of 2026-05-01 (12 days old, 12,345 records); KEV of …; EPSS not loaded; 3 packages not checked: …`. */
function basisOf({ sources }: Snapshot, { open, notChecked, elsewhere, now }: Left): string {
  const words = sources.map(({ kind, dataDate, records, ecosystems }) => {
    const days = dataDate === null ? null : Math.max(0, Math.floor((now.getTime() - Date.parse(dataDate)) / dayMs));
    const age = days === null ? 'of unknown age' : `of ${dataDate} (${days} ${days === 1 ? 'day' : 'days'} old)`;
    return `${kind.toUpperCase()}${kind === 'osv' ? ` ${ecosystems.join(', ')}` : ''} ${age}, ${records.toLocaleString('en')} records`;
  });
  for (const kind of ['kev', 'epss'] as const)
    if (!sources.some((source) => source.kind === kind)) words.push(`${kind.toUpperCase()} not loaded`);
  if (notChecked > 0)
    words.push(`${notChecked} ${notChecked === 1 ? 'package' : 'packages'} not checked: no advisories of their ecosystem are loaded`);
  if (elsewhere > 0) words.push(`${elsewhere} not checked: another file decides the version`);
  if (open > 0) words.push(`${open} ${open === 1 ? 'requirement allows' : 'requirements allow'} affected versions beside fixed ones`);
  return words.join('; ');
}
