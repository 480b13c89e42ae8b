/** After the walk: an advisory about the program that loads a model, beside the version of it that the same project locks. */
import type { ScannedPackage } from '../contract.ts';
import type { FileReport } from '../engine/file-report.ts';
import { escapeText } from '../engine/quote.ts';

/**
 * Advisories about what the loader of ONNX models does with an artefact or call, by the rule that finds it. @source CVE-2026-34446 (second
 * names), CVE-2026-27489 (symbolic links), CVE-2024-5187 (archives of onnx.hub), CVE-2026-28500 (onnx.hub without asking).
 */
const advisories: ReadonlyMap<string, readonly string[]> = new Map([
  ['external-path', ['CVE-2026-34446', 'CVE-2026-27489']],
  ['archive-path-traversal', ['CVE-2024-5187']],
  ['python-loader-call', ['CVE-2026-28500', 'CVE-2024-5187']],
]);
const loader = { ecosystem: 'PyPI', name: 'onnx' } as const;
const mostNamed = 5;

type Named = Pick<ScannedPackage, 'ecosystem' | 'name' | 'version' | 'purl'>;
type Packaged = { readonly path: string; readonly packages: readonly Named[] };
export type LockedLoader = { readonly version: string; readonly purl: string; readonly path: string };

/** The loader advisories that a finding names; none for a finding about something else. */
export function loaderAdvisories({ ruleId, references }: { readonly ruleId: string; readonly references: readonly string[] }): string[] {
  return (advisories.get(ruleId) ?? []).filter((id) => references.includes(id));
}

/**
 * The loader as the files nearest to the model fix it: those that share the deepest folder with it.
 * @returns each version once, with the first file that says so; none where only ranges are asked for. Pure; O(packages).
 */
export function lockedLoaders(model: string, files: readonly Packaged[]): LockedLoader[] {
  const fixed = files.flatMap(({ path, packages }) =>
    packages
      .filter(({ ecosystem, name, version }) => ecosystem === loader.ecosystem && name === loader.name && version !== null)
      .map(({ version, purl }) => ({ version: version ?? '', purl, path, depth: sharedFolders(model, path) })),
  );
  const nearest = Math.max(...fixed.map(({ depth }) => depth), 0);
  const versions = new Map<string, LockedLoader>();
  for (const { version, purl, path, depth } of fixed)
    if (depth === nearest && !versions.has(version)) versions.set(version, { version, purl, path });
  return [...versions.values()].slice(0, mostNamed);
}

/** Adds to each finding that names a loader advisory which version of the loader the project locks; the verdict stays. Pure. */
export function withLockedLoaders(reports: readonly FileReport[]): FileReport[] {
  return reports.map((report) => {
    if (!report.findings.some((finding) => loaderAdvisories(finding).length > 0)) return report;
    const locked = lockedLoaders(report.path, reports);
    if (locked.length === 0) return report;
    const sentence = locked
      .map(({ version, path }) => ` The project locks ${loader.name} ${escapeText(version)} (${escapeText(path)}).`)
      .join('');
    const findings = report.findings.map((finding) =>
      loaderAdvisories(finding).length === 0 ? finding : { ...finding, why: `${finding.why}${sentence}`.slice(0, 4000) },
    );
    return { ...report, findings };
  });
}

function sharedFolders(left: string, right: string): number {
  const [a, b] = [left.split('/').slice(0, -1), right.split('/').slice(0, -1)];
  const differs = a.findIndex((name, at) => name !== b[at]);
  return differs < 0 ? a.length : differs;
}
