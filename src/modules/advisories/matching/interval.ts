/** Spans of versions: what an advisory affects and what a requirement allows, compared by the order of the ecosystem. */
import type { AffectedPackage, RangeEvent } from '../advisory.ts';
import type { VersionOrder } from '../versions/order.ts';

export type Bound = { readonly version: string; readonly inclusive: boolean };
/** null: without end on that side. */
export type Interval = {
  readonly from: Bound | null;
  readonly to: Bound | null /** The version that ends it by a fix. */;
  readonly fixed: string | null;
};

export const everything: Interval = { from: null, to: null, fixed: null };

/**
 * The affected spans of one package, from events in any order.
 * @returns null when an event's version cannot be ordered: then nothing can be said by range.
 * @source OSV schema, "Evaluation": events sorted; introduced opens, fixed and limit close before, last_affected closes after.
 */
export function affectedIntervals({ ranges }: AffectedPackage, order: VersionOrder): Interval[] | null {
  const all: Interval[] = [];
  for (const { of, events } of ranges) {
    if (of === 'commits') continue;
    const sorted = sortedEvents(events, order);
    if (sorted === null) return null;
    all.push(...spans(sorted));
  }
  return all;
}

/** At one version: what closes comes before what opens, except that `last_affected` still holds it. */
const rank = { fixed: 0, limit: 0, introduced: 1, last_affected: 2 } as const;

function sortedEvents(events: readonly RangeEvent[], order: VersionOrder): RangeEvent[] | null {
  let broken = false;
  const compare = (left: RangeEvent, right: RangeEvent): number => {
    if (left.version === right.version) return rank[left.kind] - rank[right.kind];
    if (left.version === '0' && left.kind === 'introduced') return -1;
    if (right.version === '0' && right.kind === 'introduced') return 1;
    const step = order(left.version, right.version);
    if (step === null) broken = true;
    return (step ?? 0) || rank[left.kind] - rank[right.kind];
  };
  const known = events.filter(({ kind, version }) => !(kind === 'limit' && version === '*'));
  for (const { kind, version } of known) if (!(kind === 'introduced' && version === '0') && order(version, version) === null) return null;
  const sorted = known.toSorted(compare);
  return broken ? null : sorted;
}

function spans(events: readonly RangeEvent[]): Interval[] {
  const found: Interval[] = [];
  let open: Bound | null | undefined;
  for (const { kind, version } of events) {
    if (kind === 'introduced') {
      open = open === undefined ? (version === '0' ? null : { version, inclusive: true }) : open;
      continue;
    }
    if (open === undefined) continue;
    found.push({ from: open, to: { version, inclusive: kind === 'last_affected' }, fixed: kind === 'fixed' ? version : null });
    open = undefined;
  }
  if (open !== undefined) found.push({ from: open, to: null, fixed: null });
  return found;
}

/** null: the version cannot be ordered. */
export function contains({ from, to }: Interval, version: string, order: VersionOrder): boolean | null {
  const above = from === null ? 1 : order(version, from.version);
  const below = to === null ? -1 : order(version, to.version);
  if (above === null || below === null) return null;
  const afterStart = above > 0 || (above === 0 && from?.inclusive === true);
  const beforeEnd = below < 0 || (below === 0 && to?.inclusive === true);
  return afterStart && beforeEnd;
}

/** Do two spans share a version, taking versions as dense? null: they cannot be ordered. */
export function overlaps(one: Interval, other: Interval, order: VersionOrder): boolean | null {
  const first = startsBeforeEnd(one.from, other.to, order);
  const second = startsBeforeEnd(other.from, one.to, order);
  return first === null || second === null ? null : first && second;
}
function startsBeforeEnd(from: Bound | null, to: Bound | null, order: VersionOrder): boolean | null {
  if (from === null || to === null) return true;
  const step = order(from.version, to.version);
  if (step === null) return null;
  return step < 0 || (step === 0 && from.inclusive && to.inclusive);
}

/** Does the outer span hold all of the inner one? null: they cannot be ordered. */
export function covers(outer: Interval, inner: Interval, order: VersionOrder): boolean | null {
  const start = bordersWithin(outer.from, inner.from, order, -1);
  const end = bordersWithin(outer.to, inner.to, order, 1);
  return start === null || end === null ? null : start && end;
}
function bordersWithin(outer: Bound | null, inner: Bound | null, order: VersionOrder, side: 1 | -1): boolean | null {
  if (outer === null) return true;
  if (inner === null) return false;
  const step = order(inner.version, outer.version);
  if (step === null) return null;
  const away = step * side;
  return away < 0 || (away === 0 && (outer.inclusive || !inner.inclusive));
}
