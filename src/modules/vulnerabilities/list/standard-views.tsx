/** The standard views of the list as tabs with counts. Each is nothing but filters: its address says all of it. */
import { useMemo } from 'react';
import { useLocation, useSearch } from 'wouter';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { type SavedView, SavedViews } from '../../../ui/saved-views.tsx';
import { countVulnerabilities, type VulnerabilityFilter } from '../contract.ts';

const open = 'open,in_progress';
type View = {
  readonly id: string;
  readonly name: string;
  readonly filter: VulnerabilityFilter;
  readonly sort?: string;
};
export const views = [
  { id: 'open', name: 'All open', filter: { status: open } },
  { id: 'fix-first', name: 'Fix first', filter: { status: open, severity: 'critical,high' } },
  { id: 'mine', name: 'Mine', filter: { status: open, assignee: 'me' }, sort: 'due' },
  { id: 'week', name: 'Due this week', filter: { status: open, due: 'week' }, sort: 'due' },
  { id: 'breached', name: 'Breached', filter: { status: open, due: 'breached' }, sort: 'due' },
  { id: 'new', name: 'New since yesterday', filter: { status: open, created_since: '24h' } },
  { id: 'unowned', name: 'Unowned', filter: { status: open, owner: 'unowned' } },
] as const satisfies readonly View[];

function addressOf({ filter, sort }: View): string {
  const query = new URLSearchParams(Object.entries(filter).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
  if (sort !== undefined) query.set('sort', sort);
  return `/vulnerabilities?${query.toString().replaceAll('%2C', ',')}`;
}
export const firstView = addressOf(views[0]);

/** Counts of all views. One question each, asked again when vulnerabilities change. */
function useCounts(): readonly (number | null)[] {
  const options = { live: ['vulnerability.'], keepPrevious: true };
  const answers = [
    useEndpoint(countVulnerabilities, views[0].filter, options),
    useEndpoint(countVulnerabilities, views[1].filter, options),
    useEndpoint(countVulnerabilities, views[2].filter, options),
    useEndpoint(countVulnerabilities, views[3].filter, options),
    useEndpoint(countVulnerabilities, views[4].filter, options),
    useEndpoint(countVulnerabilities, views[5].filter, options),
    useEndpoint(countVulnerabilities, views[6].filter, options),
  ];
  return answers.map(({ data }) => data?.total ?? null);
}

/** Same filters, whatever their order; the peek and the order of rows are no part of a view. */
function sameFilters(search: string, filter: VulnerabilityFilter): boolean {
  const given = [...new URLSearchParams(search)].filter(([name, value]) => name !== 'peek' && name !== 'sort' && value !== '');
  const wanted = new Map(Object.entries(filter));
  return given.length === wanted.size && given.every(([name, value]) => wanted.get(name) === value);
}

export function StandardViews() {
  const search = useSearch();
  const [, go] = useLocation();
  const counts = useCounts();
  const shown = useMemo(
    () => views.map((view, place): SavedView => ({ id: view.id, name: view.name, to: addressOf(view), count: counts[place] ?? null })),
    [counts],
  );
  const current = views.find(({ filter }) => sameFilters(search, filter))?.id ?? null;
  return <SavedViews label="Views" views={shown} current={current} onChoose={({ to }) => go(to)} />;
}
