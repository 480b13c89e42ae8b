/** Known vulnerabilities of packages as findings of the file that names the package: then every report and gate knows them. Pure. */
import { hash } from 'node:crypto';
import type { Exploitation, PackageMatch } from '../advisory-port.ts';
import type { ScanFinding, ScannedPackage, ScanResult } from '../contract.ts';
import { escapeText } from '../engine/quote.ts';
import { severityOrder, verdictOf, worstVerdict } from '../engine/verdict.ts';
import { loaderAdvisories, lockedLoaders } from '../packages/loader-advisories.ts';
import { parsePackagePlace } from '../reports/package-place.ts';

export const packageRules = [
  {
    id: 'vulnerable-package',
    title: 'A package has a known vulnerability',
    axis: 'posture',
    severity: 'high',
    references: ['CWE-1395', 'LLM03:2025'],
    remedy: 'Upgrade to a fixed version.',
  },
  {
    id: 'malicious-package',
    title: 'A package is known to be an attack',
    axis: 'effect',
    severity: 'critical',
    references: ['CWE-506', 'LLM03:2025', 'AML.T0010'],
    remedy: 'Remove the package, and treat every machine that installed it as broken into.',
  },
] as const;

/** @returns the result with one finding for each package and advisory, counts and verdicts brought up to date. */
export function withPackageFindings(result: ScanResult, matches: readonly PackageMatch[]): ScanResult {
  const byPurl = new Map<string, PackageMatch[]>();
  for (const match of matches) byPurl.set(match.purl, [...(byPurl.get(match.purl) ?? []), match]);
  const every = result.files.flatMap(({ path, packages }) =>
    packages.flatMap((entry) => findingsOf(path, entry, byPurl.get(entry.purl) ?? [])),
  );
  // One package may stand at several lines of a file: that is one finding, at the first of them.
  const added = [
    ...new Map(every.toReversed().map((finding) => [`${finding.fingerprint} ${finding.path}`, finding])).values(),
  ].toReversed();
  const findings = [...result.findings.map((finding) => withLoaderAnswer(finding, result, byPurl)), ...added];
  findings.sort((a, b) => severityOrder.indexOf(a.severity) - severityOrder.indexOf(b.severity));
  const files = result.files.map((file) =>
    raised(
      file,
      added.filter(({ path }) => path === file.path),
    ),
  );
  const counts = { ...result.counts };
  for (const { severity } of added) counts[severity] += 1;
  const left = result.unread.some(({ path }) => !files.some((file) => file.path === path)) ? (['incomplete'] as const) : [];
  const verdict = added.length === 0 ? result.verdict : worstVerdict([...files.flatMap((file) => file.verdict ?? []), ...left]);
  return { ...result, findings, files, counts, verdict };
}

/** Whether the version of the loader that the project locks is one that the advisory names. What no data names may be affected all the same. */
function withLoaderAnswer(finding: ScanFinding, { files }: ScanResult, byPurl: ReadonlyMap<string, readonly PackageMatch[]>): ScanFinding {
  const asked = loaderAdvisories(finding);
  if (asked.length === 0) return finding;
  const answers = lockedLoaders(finding.path, files).flatMap(({ version, purl }) =>
    asked.map((id) => {
      const match = byPurl.get(purl)?.find((known) => known.id === id || known.aliases.includes(id));
      if (match?.state === 'affected') return ` ${id} affects onnx ${escapeText(version)}.`;
      const unknown = match === undefined ? 'do not name' : 'cannot compare';
      return ` The advisories at hand ${unknown} onnx ${escapeText(version)} under ${id}.`;
    }),
  );
  return answers.length === 0 ? finding : { ...finding, why: `${finding.why}${answers.join('')}`.slice(0, 4000) };
}

function raised(file: ScanResult['files'][number], added: readonly ScanFinding[]): ScanResult['files'][number] {
  if (added.length === 0) return file;
  const counts = { ...file.counts };
  for (const { severity } of added) counts[severity] += 1;
  return { ...file, counts, verdict: worstVerdict([file.verdict ?? 'clean', verdictOf(added, [], true)]) };
}

function findingsOf(path: string, entry: ScannedPackage, matches: readonly PackageMatch[]): ScanFinding[] {
  return matches.map((match) => {
    const rule = match.malicious ? packageRules[1] : packageRules[0];
    const { line } = parsePackagePlace(entry.place);
    const version = entry.version ?? entry.requirement ?? 'any version';
    return {
      ruleId: rule.id,
      title: escapeText(`${entry.name} ${version} ${match.malicious ? 'is an attack' : `has ${match.id}`}`).slice(0, 300),
      severity: match.severity ?? (match.malicious ? 'critical' : 'medium'),
      ...(isUnrated(match) ? { unrated: true as const } : {}),
      axis: rule.axis,
      // Installing the package runs its code; whether a range installs this very version nobody knows.
      ...(match.malicious ? { effect: 'exec' as const } : {}),
      certainty: certaintyOf(entry, match),
      why: whyOf(entry, match).slice(0, 4000),
      where: { containerPath: [path === '' ? entry.place : path], offset: null, length: null, ...(line === null ? {} : { line }) },
      evidence: `${entry.purl} ${match.id}`.slice(0, 4000),
      fingerprint: hash('sha256', JSON.stringify([rule.id, path.slice(path.lastIndexOf('/') + 1), entry.purl, match.id])),
      references: [...new Set([match.id, ...match.aliases, ...match.cwes, ...rule.references])].slice(0, 40),
      remedy: match.malicious
        ? rule.remedy
        : match.fixed === null
          ? 'No fixed version is known: replace the package, or keep what reaches it from untrusted input.'
          : `Upgrade to ${match.fixed} or newer.`,
      mark: 'static',
      path,
    };
  });
}

/** What is an attack needs no rating. */
function isUnrated({ severity, malicious }: Pick<PackageMatch, 'severity' | 'malicious'>): boolean {
  return severity === null && !malicious;
}

function certaintyOf({ version }: ScannedPackage, { state, malicious }: PackageMatch): ScanFinding['certainty'] {
  if (state !== 'affected') return state;
  return malicious && version === null ? 'possible' : 'proved';
}

function whyOf({ name, requirement }: ScannedPackage, { id, summary, state, severity, malicious, exploitation }: PackageMatch): string {
  const reach = {
    affected: `This version of ${name} is affected by ${id}`,
    possible: `The requirement ${requirement ?? name} allows versions that ${id} affects`,
    unknown: `Whether ${id} affects this version of ${name} cannot be told`,
  }[state];
  const unstated = isUnrated({ severity, malicious }) ? ' Its severity is unknown; it is counted with the medium ones.' : '';
  return escapeText(`${reach}${summary === '' ? '' : `: ${summary.replace(/\.$/, '')}`}.${unstated}${exploitedWords(exploitation)}`);
}

function exploitedWords({ kev, kevDue, ransomware, epss, epssPercentile, epssDate }: Exploitation): string {
  const due = kevDue === null ? '' : `, to be mended by ${kevDue}`;
  const listed = kev === true ? ` It is listed as exploited (KEV${due}${ransomware === true ? ', used by ransomware' : ''}).` : '';
  if (epss === null) return listed;
  const rank = epssPercentile === null ? '' : `, percentile ${Math.floor(epssPercentile * 100)}`;
  return `${listed} Exploited within 30 days with a probability of ${(epss * 100).toFixed(1)} % (EPSS${epssDate === null ? '' : ` of ${epssDate}`}${rank}).`;
}
