/** The ledger: every message, what became of it, and sending it again. */

import { useMemo, useState } from 'react';
import { useSession } from '../../../client/session.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { type EndpointPages, useEndpointPages } from '../../../client/use-endpoint-pages.ts';
import { severities } from '../../../contract/severity.ts';
import { Button, TextLink } from '../../../ui/button.tsx';
import { definePage } from '../../../ui/define-page.ts';
import type { FilterField } from '../../../ui/filter.ts';
import { inertLine } from '../../../ui/inert.ts';
import { ListRows, ListScreen } from '../../../ui/list-screen.tsx';
import { EmptyNote } from '../../../ui/loaded.tsx';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { SeverityShape } from '../../../ui/severity.tsx';
import { TwoLines } from '../../../ui/table-body.tsx';
import type { Column } from '../../../ui/table-column.ts';
import { PhoneRow } from '../../../ui/table-phone.tsx';
import { type ListFilters, useAskedFilters } from '../../../ui/use-asked-filters.ts';
import { type PeekState, usePeek } from '../../../ui/use-peek.ts';
import { type Delivery, deliveryStates, listDeliveries, listDestinations } from '../contract.ts';
import { channelWords, MeaningShape, NotificationPlaces, stateMeanings } from '../notification-words.tsx';
import { DeliveryPeek } from './delivery-peek.tsx';
import { ReplayDialog } from './replay-dialog.tsx';

const live = ['notifications.'];
const byId = ({ id }: Delivery): string => id;
const byName = ({ title }: Delivery): string => inertLine(title, 200);
const secondLine = ({ destinationName, channel, event }: Delivery): string =>
  inertLine(`${destinationName} (${channelWords[channel]}) · ${event}`, 200);

function useDeliveryFields(): readonly FilterField[] {
  const known = useEndpoint(listDestinations, { limit: 200 });
  return useMemo(
    () => [
      {
        key: 'state',
        label: 'state',
        kind: 'choice',
        choices: deliveryStates.map((value) => ({ value, label: stateMeanings[value].word })),
      },
      { key: 'severity', label: 'severity', kind: 'choice', choices: severities.map((value) => ({ value, label: value })) },
      {
        key: 'destination',
        label: 'destination',
        kind: 'choice',
        choices: (known.data?.items ?? []).map(({ id, name }) => ({ value: id, label: inertLine(name, 60) })),
      },
      { key: 'event', label: 'event', kind: 'text' },
      { key: 'digest', label: 'digest', kind: 'text', whole: true },
      { key: 'incident', label: 'incident', kind: 'text', whole: true },
      { key: 'alert', label: 'alert', kind: 'text', whole: true },
    ],
    [known.data],
  );
}

function DeliveriesPage() {
  const { can } = useSession();
  const fields = useDeliveryFields();
  const filters = useAskedFilters(fields, listDeliveries.input);
  const list = useEndpointPages(listDeliveries, { limit: 50, ...filters.asked }, { live });
  const peek = usePeek(list);
  const [isReplaying, setReplaying] = useState(false);
  return (
    <ListScreen
      title="Deliveries"
      path={[{ label: 'Notifications', to: '/notifications' }]}
      subtitle="Every message to every destination. Sent means handed over; only acknowledged means that the receiver said so."
      list={list}
      filters={filters}
      order="Latest first"
      actions={
        can('notifications:update') &&
        (list.rows.length > 0 || !filters.isEmpty) && <Button onClick={() => setReplaying(true)}>Replay a range</Button>
      }
      tabs={<NotificationPlaces current="/notifications/deliveries" />}
      peek={peek.id === null ? null : <DeliveryPeek id={peek.id} {...peek.placing} />}
    >
      <Ledger list={list} filters={filters} peek={peek} />
      {isReplaying && <ReplayDialog destination={filters.value('destination') ?? null} onClose={() => setReplaying(false)} />}
    </ListScreen>
  );
}

type LedgerProps = { list: EndpointPages<Delivery>; filters: ListFilters; peek: PeekState<Delivery> };
function Ledger({ list, filters, peek }: LedgerProps) {
  return (
    <ListRows
      label="Deliveries"
      list={list}
      filters={filters}
      noMatch="No delivery matches"
      empty={
        <EmptyNote title="Nothing was sent yet">
          A message appears here the moment a rule, a playbook or a test puts it into the outbox.{' '}
          <TextLink to="/notifications">Destinations</TextLink> and <TextLink to="/notifications/rules">rules</TextLink> come first.
        </EmptyNote>
      }
      rowId={byId}
      rowName={byName}
      columns={columns}
      viewKey="deliveries"
      peek={peek}
      phone={(row) => (
        <PhoneRow
          shape={<MeaningShape meaning={stateMeanings[row.state]} />}
          title={byName(row)}
          to={`/notifications/deliveries?peek=${row.id}`}
          figure={<RelativeTime at={row.createdAt} form="age" />}
          reason={secondLine(row)}
          owner={<WhatBecame row={row} />}
        />
      )}
    />
  );
}

/** State, and for what waits why and until when. */
function WhatBecame({ row: { state, held, nextAt, digestId, reason } }: { row: Delivery }) {
  if (state !== 'queued')
    return <span className="block truncate">{reason === null ? stateMeanings[state].word : inertLine(reason, 200)}</span>;
  if (digestId !== null) return <span className="block truncate text-ink-2">Goes with its digest</span>;
  const why =
    held === 'repeat'
      ? 'Repeat, waits for the digest'
      : held === 'quiet'
        ? 'Waits for quiet hours to end'
        : reason === null
          ? 'Queued'
          : 'Tried again';
  // The time has come and it is here still: the limit of its destination, or a pause, holds it.
  if (nextAt !== null && Date.parse(nextAt) <= Date.now())
    return <span className="block truncate text-ink-2">{why}, waits for its turn</span>;
  return (
    <span className="block truncate text-ink-2">
      {why}, <RelativeTime at={nextAt} />
    </span>
  );
}

const columns: readonly Column<Delivery>[] = [
  { id: 'state', head: 'State', headHidden: true, width: 46, cell: ({ state }) => <MeaningShape meaning={stateMeanings[state]} /> },
  { id: 'at', head: 'Made', width: 84, cell: ({ createdAt }) => <RelativeTime at={createdAt} form="age" /> },
  { id: 'title', head: 'Message', primary: true, cell: (row) => <TwoLines title={byName(row)} second={secondLine(row)} /> },
  { id: 'severity', head: 'Severity', width: 76, hideUnder: 620, cell: ({ severity }) => <SeverityShape severity={severity} /> },
  {
    id: 'attempts',
    head: 'Attempts',
    width: 84,
    align: 'right',
    hideUnder: 700,
    cell: ({ attempts }) => <span className="tabular-nums">{attempts}</span>,
  },
  { id: 'became', head: 'What became of it', width: 260, hideUnder: 520, cell: (row) => <WhatBecame row={row} /> },
];

export default definePage({
  path: '/notifications/deliveries',
  title: 'Deliveries',
  permission: 'notifications:read',
  group: null,
  icon: 'list-checks',
  order: 2,
  Page: DeliveriesPage,
});
