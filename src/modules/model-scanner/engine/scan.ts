/** One file through readers and detectors to findings and a verdict. Runs in a worker thread; no schema library, no database. */
import type { Finding, Where } from '../../../contract/finding.ts';
import { detectors } from '../detectors.generated.ts';
import type { Artefact, PackageFact, UnreadFact } from './artefact.ts';
import { Budget, defaultLimits, type Limits } from './budget.ts';
import { BytePlaces } from './byte-places.ts';
import { withCompanions } from './companion-links.ts';
import type { Detector } from './detector.ts';
import { type FileReport, type FoundBytes, unreadReport } from './file-report.ts';
import { findingOf } from './make-finding.ts';
import { openWithPlaces } from './open-artefact.ts';
import { rootPlace } from './place.ts';
import { failed } from './reader.ts';
import { type ByteSource, openFileSource } from './source.ts';
import type { SourceTree } from './source-tree.ts';
import type { ScanTables } from './tables.ts';
import { severityOrder, verdictOf } from './verdict.ts';

export type ScanSettings = {
  readonly tables: ScanTables;
  readonly limits?: Limits;
  /** Safetensors file beside it that holds the same weights. */
  readonly twin?: string | undefined;
  /** Folder in which the file was met: what it names as its values is looked at there. */
  readonly folder?: string | undefined;
  /** Python files of the same scan. */
  readonly sources?: SourceTree | undefined;
};

const mostFindings = 500;
const mostUnread = 100;
const mostPackages = 50_000;
const mostFacts = 1000;

/**
 * Scans bytes that are already at hand.
 * @param name the file's name as people know it.
 */
export function scanSource(source: ByteSource, name: string, { tables, limits, sources }: ScanSettings): FileReport {
  const budget = new Budget(limits ?? defaultLimits, source.size);
  const places = new BytePlaces();
  try {
    return reportOn(openWithPlaces(source, name, { budget, tables, places, sources }), name, places);
  } finally {
    places.release();
  }
}

/**
 * Scans one regular file; never follows a link.
 * @param path where it is opened; `name` how it is called in the report.
 * Never throws: a file that cannot be opened is reported as unread.
 */
export function scanFile(path: string, name: string, { tables, limits, twin, folder, sources }: ScanSettings): FileReport {
  const budget = new Budget(limits ?? defaultLimits);
  try {
    const source = openFileSource(path, budget);
    const places = new BytePlaces();
    try {
      budget.setInputBytes(source.size);
      const opened = openWithPlaces(source, name, { budget, tables, places, sources });
      const artefact = folder === undefined ? opened : withCompanions(opened, { folder, own: path });
      return reportOn(twin === undefined ? artefact : withTwin(artefact, twin), name, places);
    } finally {
      places.release();
      source.close();
    }
  } catch (error) {
    return unreadReport(name, cannotOpen(error, rootPlace(name)));
  }
}

function withTwin(artefact: Artefact, twin: string): Artefact {
  return { ...artefact, metadata: new Map([...artefact.metadata, ['twin', twin.slice(0, 300)]]) };
}

function cannotOpen(error: unknown, where: Where): UnreadFact {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === '') return failed(error, where);
  return { reason: 'permission', detail: `The file cannot be opened (${code}).`, where };
}

/** Detectors over an artefact and everything inside it. */
export function reportOn(root: Artefact, path: string, places: BytePlaces): FileReport {
  const all = flattened(root);
  const found = new Map<string, Finding>();
  const unread: UnreadFact[] = [];
  for (const artefact of all) {
    for (const fact of artefact.unread) unread.push(fact);
    for (const detector of detectors) runDetector(detector, artefact, { found, unread, places });
  }
  const findings = [...found.values()].sort(byGravity);
  const kept = unread
    .slice(0, mostUnread)
    .map(({ reason, detail, where }) => ({ reason, detail: places.redacted(detail).slice(0, 500), where }));
  return {
    path,
    format: root.format,
    role: root.role,
    size: root.size,
    verdict: verdictOf(findings, unread, readAnything(all)),
    findings: findings.slice(0, mostFindings).map((finding) => withExcerpt(finding, places)),
    findingsLeftOut: Math.max(0, findings.length - mostFindings),
    unread: kept,
    unreadLeftOut: Math.max(0, unread.length - mostUnread),
    metadata: Object.fromEntries([...root.metadata].map(([key, value]) => [key, shownValue(value, places)])),
    members: all.length - 1,
    companions: companionsOf(all),
    packages: all.flatMap(({ packages }) => packages.map((known) => shownPackage(known, places))).slice(0, mostPackages),
    licences: all.flatMap(({ licences }) => licences).slice(0, mostFacts),
    activations: all.flatMap(({ activations }) => activations).slice(0, mostFacts),
    provenance: all.flatMap(({ provenance }) => provenance).slice(0, mostFacts),
  };
}

function flattened(root: Artefact): Artefact[] {
  const all = [root];
  for (let at = 0; at < all.length; at++) for (const member of all[at]?.members ?? []) all.push(member);
  return all;
}

function shownValue(value: string | number, places: BytePlaces): string | number {
  return typeof value === 'string' ? places.redacted(value) : value;
}

/** Only where it comes from may hold a password; names and versions are many, and looked up as they are. */
function shownPackage(known: PackageFact, places: BytePlaces): PackageFact {
  if (known.origin === null && known.requirement === null) return known;
  return {
    ...known,
    origin: known.origin === null ? null : places.redacted(known.origin),
    requirement: known.requirement === null ? null : places.redacted(known.requirement),
  };
}

function withExcerpt(finding: Finding, places: BytePlaces): FoundBytes {
  const excerpt = places.excerpt(finding.where);
  return excerpt === null ? finding : { ...finding, excerpt };
}

const mostCompanions = 10_000;

function companionsOf(all: readonly Artefact[]): string[] {
  const names = new Set<string>();
  for (const { externalPaths } of all)
    for (const { leavesFolder, purpose, text } of externalPaths)
      if (!leavesFolder && (purpose === 'tensor-data' || purpose === 'external-storage') && names.size < mostCompanions)
        names.add(text.replace(/^(\.\/)+/, ''));
  return [...names];
}

/** A reader got somewhere: it has facts, or it had nothing to complain about. A wrapper around unknown bytes is not enough. */
function readAnything(all: readonly Artefact[]): boolean {
  return all.some(
    ({ role, metadata, unread }) => role !== 'container' && (metadata.size > 0 || unread.every(({ reason }) => reason !== 'unsupported')),
  );
}

type Sink = { readonly found: Map<string, Finding>; readonly unread: UnreadFact[]; readonly places: BytePlaces };

function runDetector(detector: Detector, artefact: Artefact, { found, unread, places }: Sink): void {
  try {
    for (const detection of detector.detect(artefact)) {
      const finding = findingOf(detector, detection, places);
      // The same thing at several places of one stream is one finding, at its first place.
      if (!found.has(finding.fingerprint)) found.set(finding.fingerprint, finding);
    }
  } catch (error) {
    unread.push(failed(error, artefact.where));
  }
}

function byGravity(a: Finding, b: Finding): number {
  return (
    severityOrder.indexOf(a.severity) - severityOrder.indexOf(b.severity) ||
    compareText(a.where.containerPath.join('!'), b.where.containerPath.join('!')) ||
    (a.where.offset ?? -1) - (b.where.offset ?? -1) ||
    compareText(a.ruleId, b.ruleId) ||
    compareText(a.fingerprint, b.fingerprint)
  );
}

/** By code unit, so that the order is the same in every locale. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
