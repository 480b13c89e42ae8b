/** Which advisories speak about a component. Pure and fast: by package first, then by version. */
import { type Advisory, type AffectedPackage, shownId } from '../advisory.ts';
import { type Ecosystem, ecosystemOf, versionOrder } from '../versions/order.ts';
import { asPython } from './conda.ts';
import { affectedIntervals, contains, covers, type Interval, overlaps } from './interval.ts';
import { packageKey } from './package-name.ts';
import { allowedIntervals } from './requirement.ts';

/** What is asked: a package as a manifest or lockfile names it. */
export type Component = {
  readonly ecosystem: string;
  readonly name: string;
  readonly version: string | null;
  readonly requirement: string | null;
  /** Address it is fetched from; a commit stands behind `@`. */
  readonly origin: string | null;
};
/**
 * affected: its version is. possible: some version that its requirement allows is, and so is the newest one that is allowed.
 * open: some allowed version is affected, but a fixed one is allowed too. unknown: its version cannot be compared.
 */
export type MatchState = 'affected' | 'possible' | 'open' | 'unknown';
export type Match = {
  readonly advisory: Advisory;
  readonly state: MatchState;
  /** First fixed version above it; null: the advisory names none. */
  readonly fixed: string | null;
};
type Entry = { readonly advisory: Advisory; readonly affected: AffectedPackage };
export type AdvisoryIndex = ReadonlyMap<string, readonly Entry[]>;

/** By ecosystem and name; withdrawn advisories are left out. O(records). */
export function advisoryIndex(advisories: Iterable<Advisory>): AdvisoryIndex {
  const index = new Map<string, Entry[]>();
  for (const advisory of advisories) {
    if (advisory.withdrawn !== null) continue;
    for (const affected of advisory.affected) {
      const key = packageKey(affected.ecosystem, affected.name);
      const known = index.get(key);
      if (known) known.push({ advisory, affected });
      else index.set(key, [{ advisory, affected }]);
    }
  }
  return index;
}

const weight: Readonly<Record<MatchState, number>> = { affected: 3, possible: 2, unknown: 1, open: 0 };

/**
 * @returns one match for each advisory that speaks about the component, the gravest state of its entries; none when the
 *   ecosystem is not covered (see {@link ecosystemOf}); of conda, known Python packages are (see {@link asPython}).
 * @source OSV schema, "Evaluation": a version is affected when it is listed or lies in a range.
 */
export function matchComponent(index: AdvisoryIndex, given: Component): Match[] {
  const component = asPython(given);
  const ecosystem = ecosystemOf(component.ecosystem);
  if (ecosystem === null) return [];
  const found = new Map<string, Match>();
  for (const { advisory, affected } of index.get(packageKey(ecosystem, component.name)) ?? []) {
    const match = matchOne(ecosystem, affected, component);
    if (match === null) continue;
    const known = found.get(advisory.id);
    if (known === undefined || weight[match.state] > weight[known.state]) found.set(advisory.id, { advisory, ...match });
  }
  return [...found.values()];
}

type Judged = { readonly state: MatchState; readonly fixed: string | null };

function matchOne(ecosystem: Ecosystem, affected: AffectedPackage, component: Component): Judged | null {
  const commit = /@([0-9a-f]{7,64})$/i.exec(component.origin ?? '')?.[1];
  if (commit !== undefined) return matchCommit(affected, commit.toLowerCase());
  // A folder beside it holds somebody's own code, whatever a registry has under that name.
  if (isFolder(component.origin)) return null;
  if (component.version !== null) return matchVersion(ecosystem, affected, comparedVersion(ecosystem, affected, component.version));
  // What comes from elsewhere without a commit is no version of the ecosystem.
  if (component.origin !== null) return null;
  return matchRequirement(ecosystem, affected, component.requirement ?? '');
}

/**
 * `2.1.0+cu118` is a build of 2.1.0: its label counts only where the advisory names such labels itself.
 * @source PEP 440, "Version matching": a local label is left out when the specifier has none.
 */
function comparedVersion(ecosystem: Ecosystem, { versions, ranges }: AffectedPackage, version: string): string {
  if (ecosystem !== 'PyPI' || !version.includes('+')) return version;
  const namesLabels =
    versions.some((one) => one.includes('+')) || ranges.some(({ events }) => events.some((one) => one.version.includes('+')));
  return namesLabels ? version : version.replace(/\+.*$/s, '');
}

function isFolder(origin: string | null): boolean {
  return origin !== null && !origin.includes('://') && !/\.(?:whl|zip|tgz|tar\.gz|tar\.bz2)$/i.test(origin);
}

/** Without the repository's history only the named commits themselves can be judged. */
function matchCommit({ ranges }: AffectedPackage, commit: string): Judged | null {
  for (const { of, events } of ranges) {
    if (of !== 'commits') continue;
    const named = events.find(({ version }) => version.toLowerCase().startsWith(commit));
    if (named !== undefined) return named.kind === 'fixed' || named.kind === 'limit' ? null : { state: 'affected', fixed: null };
  }
  return ranges.some(({ of }) => of === 'commits') ? { state: 'unknown', fixed: null } : null;
}

function matchVersion(ecosystem: Ecosystem, affected: AffectedPackage, version: string): Judged | null {
  const order = versionOrder(ecosystem);
  const intervals = affectedIntervals(affected, order);
  const hit = intervals?.find((interval) => contains(interval, version, order) === true);
  if (hit !== undefined) return { state: 'affected', fixed: hit.fixed ?? nextFix(intervals ?? [], version, order) };
  if (affected.versions.some((listed) => listed === version || order(listed, version) === 0))
    return { state: 'affected', fixed: nextFix(intervals ?? [], version, order) };
  // Neither listed nor in a range: that is an answer only where its version could be compared.
  const compared = intervals !== null && (intervals.length === 0 || order(version, version) !== null);
  return compared ? null : { state: 'unknown', fixed: null };
}

function nextFix(intervals: readonly Interval[], version: string, order: ReturnType<typeof versionOrder>): string | null {
  const above = intervals.flatMap(({ fixed }) => (fixed !== null && (order(fixed, version) ?? 0) > 0 ? [fixed] : []));
  return above.sort((left, right) => order(left, right) ?? 0)[0] ?? null;
}

function matchRequirement(ecosystem: Ecosystem, affected: AffectedPackage, requirement: string): Judged | null {
  const order = versionOrder(ecosystem);
  const allowed = allowedIntervals(ecosystem, requirement);
  const spans = affectedIntervals(affected, order);
  if (allowed === null || spans === null) return { state: 'unknown', fixed: null };
  const listed = affected.versions.filter((version) => allowed.some((span) => contains(span, version, order) === true));
  const touched = spans.filter((span) => allowed.some((one) => overlaps(span, one, order) !== false));
  if (listed.length === 0 && touched.length === 0) return null;
  const fixed = touched.flatMap((span) => span.fixed ?? []).sort((left, right) => order(right, left) ?? 0)[0] ?? null;
  if (allowed.every((one) => spans.some((span) => covers(span, one, order) === true))) return { state: 'affected', fixed };
  // The newest allowed version is what an installer takes.
  const newest = allowed.at(-1);
  const fixAllowed = newest !== undefined && fixed !== null && contains(newest, fixed, order) === true;
  const endless = touched.some(({ to }) => to === null);
  const newestIsAffected = endless || (fixed !== null && !fixAllowed) || (newest?.to != null && holdsEnd(spans, newest, order));
  return { state: newestIsAffected ? 'possible' : 'open', fixed };
}

function holdsEnd(spans: readonly Interval[], { to }: Interval, order: ReturnType<typeof versionOrder>): boolean {
  return (
    to !== null && spans.some((span) => contains({ ...span, to: span.to && { ...span.to, inclusive: true } }, to.version, order) === true)
  );
}

/** Matches that are one vulnerability under several names. */
export type Cluster = {
  /** CVE, else GHSA, else the first id. */
  readonly id: string;
  readonly ids: readonly string[];
  readonly state: MatchState;
  readonly fixed: string | null;
  readonly advisories: readonly Advisory[];
};

/**
 * Joins the matches of one component by declared aliases. What would join two CVEs is kept apart: each CVE alone is sure.
 * O(matches · aliases).
 */
export function clusters(matches: readonly Match[], ecosystem: string): Cluster[] {
  const groups = joined(matches);
  return groups
    .flatMap((group) => (cvesOf(group).size > 1 ? group.map((match) => [match]) : [group]))
    .map((group) => clusterOf(group, ecosystem))
    .sort((left, right) => (left.id < right.id ? -1 : left.id > right.id ? 1 : 0));
}

function idsOf({ advisory }: Match): string[] {
  return [advisory.id, ...advisory.aliases];
}
function cvesOf(group: readonly Match[]): Set<string> {
  return new Set(group.flatMap(idsOf).filter((id) => id.startsWith('CVE-')));
}

function joined(matches: readonly Match[]): Match[][] {
  const groupOf = new Map<string, Match[]>();
  const groups = new Set<Match[]>();
  for (const match of matches) {
    const met = new Set(
      idsOf(match)
        .map((id) => groupOf.get(id))
        .filter((group) => group !== undefined),
    );
    const group: Match[] = [match];
    for (const other of met) {
      group.push(...other);
      groups.delete(other);
    }
    groups.add(group);
    for (const id of group.flatMap(idsOf)) groupOf.set(id, group);
  }
  return [...groups];
}

function clusterOf(group: readonly Match[], ecosystem: string): Cluster {
  const ids = [...new Set(group.flatMap(idsOf))].sort();
  // Of conda only what is a Python package has matches.
  const known = ecosystem === 'conda' ? 'PyPI' : ecosystemOf(ecosystem);
  const order = known === null ? () => 0 : versionOrder(known);
  const state = group.map((match) => match.state).sort((left, right) => weight[right] - weight[left])[0] ?? 'unknown';
  // Upgrading must end what every one of the records describes: the highest of their first fixes.
  const fixes = group.flatMap(({ fixed }) => fixed ?? []).sort((left, right) => order(right, left) ?? 0);
  return { id: shownId(ids), ids, state, fixed: fixes[0] ?? null, advisories: group.map(({ advisory }) => advisory) };
}
