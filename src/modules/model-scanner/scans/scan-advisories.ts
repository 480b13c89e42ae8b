/** What imported advisories say about the packages of a stored scan: for its reports, as the command says it from a snapshot. */
import type { Severity } from '../../../contract/severity.ts';
import { call } from '../../../platform/http/call.ts';
import { type AdvisoryMatch, type AdvisorySummary, advisorySummary, isDecidedElsewhere, listMatches } from '../../advisories/contract.ts';
import type { AdvisoryAnswer, PackageMatch } from '../advisory-port.ts';
import type { Scan, ScanResult } from '../contract.ts';

const pageRows = 500;
const mostMatches = 20_000;
const dayMs = 86_400_000;

/** Joins the ambient transaction. @returns null when no advisories were imported: nothing was checked then. */
export async function advisoryAnswerOf(
  scan: Pick<Scan, 'path'>,
  { files }: Pick<ScanResult, 'files'>,
  now = new Date(),
): Promise<AdvisoryAnswer | null> {
  const packages = new Map(files.flatMap((file) => file.packages.map(({ purl, ecosystem }): [string, string] => [purl, ecosystem])));
  const summary = await call(advisorySummary, {});
  if (packages.size === 0 || summary.ecosystems.length === 0) return null;
  const found = new Map<string, PackageMatch>();
  let open = 0;
  for await (const match of matchesBelow(scan.path)) {
    const { purl, advisoryId, state } = match;
    // Stored matches are of the newest scan: what this one did not see is not its matter.
    if (!packages.has(purl) || (state === 'unknown' && isDecidedElsewhere(match))) continue;
    if (state === 'open') open += 1;
    else found.set(`${purl} ${advisoryId}`, packageMatch(match, state));
  }
  const loaded = new Set(summary.ecosystems.map(({ ecosystem }) => ecosystem));
  const notChecked = [...packages.values()].filter((ecosystem) => !loaded.has(ecosystem)).length;
  return { matches: [...found.values()], basis: basisOf(summary, { open, notChecked, now }) };
}

async function* matchesBelow(path: string): AsyncGenerator<AdvisoryMatch> {
  let cursor: string | undefined;
  for (let seen = 0; seen < mostMatches; seen += pageRows) {
    const page = await call(listMatches, { under: path, limit: pageRows, ...(cursor === undefined ? {} : { cursor }) });
    yield* page.items;
    if (page.nextCursor === null) return;
    cursor = page.nextCursor;
  }
}

function packageMatch(match: AdvisoryMatch, state: PackageMatch['state']): PackageMatch {
  const { purl, advisoryId, ids, summary, severity, cvssScore, cvssVector, cwes, fixed, malicious } = match;
  const { kev, kevDue, ransomware, epss, epssPercentile, epssDate } = match;
  return {
    purl,
    id: advisoryId,
    aliases: ids.filter((id) => id !== advisoryId),
    summary,
    severity: milder(severity, state),
    score: cvssScore === null || cvssVector === null ? null : { value: cvssScore, vector: cvssVector },
    cwes,
    state,
    fixed,
    malicious,
    exploitation: { kev, kevDue, ransomware, epss, epssPercentile, epssDate },
  };
}

const order: readonly Severity[] = ['critical', 'high', 'medium', 'low', 'informational'];

/** What is not sure is one step milder. */
function milder(severity: Severity | null, state: PackageMatch['state']): Severity | null {
  if (severity === null || state === 'affected') return severity;
  return order[Math.min(order.indexOf(severity) + 1, 3)] ?? severity;
}

type Left = { readonly open: number; readonly notChecked: number; readonly now: Date };

/** `OSV PyPI of 2026-05-01 (12 days old), 12,345 records; KEV of …; EPSS not imported; 3 packages not checked: …`. */
function basisOf({ ecosystems, kev, epss }: AdvisorySummary, { open, notChecked, now }: Left): string {
  const words = ecosystems.map(({ ecosystem, ...state }) => sourceWords(`OSV ${ecosystem}`, state, now));
  words.push(sourceWords('KEV', kev, now), sourceWords('EPSS', epss, now));
  if (notChecked > 0)
    words.push(`${notChecked} ${notChecked === 1 ? 'package' : 'packages'} not checked: no advisories of their ecosystem were imported`);
  if (open > 0) words.push(`${open} ${open === 1 ? 'requirement allows' : 'requirements allow'} affected versions beside fixed ones`);
  return words.join('; ');
}

function sourceWords(name: string, state: AdvisorySummary['kev'], now: Date): string {
  if (state === null) return `${name} not imported`;
  const { dataDate, records } = state;
  const days = dataDate === null ? null : Math.max(0, Math.floor((now.getTime() - Date.parse(dataDate)) / dayMs));
  const age = days === null ? 'of unknown age' : `of ${dataDate} (${days} ${days === 1 ? 'day' : 'days'} old)`;
  return `${name} ${age}, ${records.toLocaleString('en')} records`;
}
