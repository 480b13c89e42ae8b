/** The list of incidents when there are a hundred thousand: each filter of the page, first page and next. */
import type { TestDatabase } from '../../../platform/database/test-database.ts';
import { listCost } from '../../../platform/database/test-list-cost.ts';
import { seededId, seedIncidents } from '../test-rows.ts';
import { type IncidentFilter, listIncidentRows } from './incident-store.ts';

export async function listFilters(base: TestDatabase): Promise<readonly IncidentFilter[]> {
  const [asset, person] = [await seededId(base.owner, 'asset17'), await seededId(base.owner, 'person3')];
  return [
    {},
    { severity: 'critical,high' },
    { assignee_id: person },
    { category: 'extraction' },
    { asset_id: asset },
    { source: 'adversarial-detection' },
    { q: 'model-17' },
    { q: 'nothingcalledthis' },
    { state: 'closed' },
    { state: 'false_positive', severity: 'critical' },
    { state: 'resolved' },
    { state: 'closed', asset_id: asset },
    { state: 'closed', assignee_id: person },
    { state: 'closed', q: 'model-17 inc-1000017' },
    { state: 'open,investigating,contained,resolved,closed,false_positive', q: 'nothingcalledthis' },
  ];
}

const run = (): Promise<number> =>
  listCost({ seed: ({ owner, workspaceId }) => seedIncidents(owner, workspaceId, 100_000), filters: listFilters, read: listIncidentRows });

export const benches = [{ name: 'List of 100,000 incidents, any filter, least of eight, p95', bar: 100, unit: 'ms', run }];
