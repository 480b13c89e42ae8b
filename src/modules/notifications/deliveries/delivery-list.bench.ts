/** The ledger when it holds a hundred thousand messages: each filter of the page, first page and next. */
import type { TestDatabase } from '../../../platform/database/test-database.ts';
import { listCost } from '../../../platform/database/test-list-cost.ts';
import { seedDeliveries, seededId } from '../test-rows.ts';
import { type DeliveryFilter, listDeliveryRows } from './delivery-store.ts';

/** One moment for all rounds: each question is asked in every one of them. */
const hourAgo = new Date(Date.now() - 3_600_000).toISOString();

export async function listFilters(base: TestDatabase): Promise<readonly DeliveryFilter[]> {
  const named = (what: string) => seededId(base.owner, what);
  const [destination, incident, alert] = [await named('destination3'), await named('incident17'), await named('alert17')];
  return [
    {},
    { state: 'dead' },
    { state: 'queued' },
    { state: 'sent,acknowledged' },
    { destination },
    { destination, state: 'dead' },
    { event: 'incident.escalated' },
    { event: 'test' },
    { severity: 'critical' },
    { incident },
    { incident, event: 'incident.escalated' },
    { alert },
    { state: 'dead', severity: 'informational', event: 'incident.opened' },
    { since: hourAgo, state: 'dead' },
  ];
}

const run = (): Promise<number> =>
  listCost({ seed: ({ owner, workspaceId }) => seedDeliveries(owner, workspaceId, 100_000), filters: listFilters, read: listDeliveryRows });

export const benches = [{ name: 'List of 100,000 deliveries, any filter, least of eight, p95', bar: 100, unit: 'ms', run }];
