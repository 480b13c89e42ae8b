/** Destinations: where messages go, and how each is doing. */

import { useState } from 'react';
import { useSession } from '../../client/session.ts';
import { type EndpointPages, useEndpointPages } from '../../client/use-endpoint-pages.ts';
import { Button, TextLink } from '../../ui/button.tsx';
import { definePage } from '../../ui/define-page.ts';
import type { FilterField } from '../../ui/filter.ts';
import { formatNumber } from '../../ui/format.ts';
import { inertLine } from '../../ui/inert.ts';
import { ListRows, ListScreen } from '../../ui/list-screen.tsx';
import { EmptyNote } from '../../ui/loaded.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { TwoLines } from '../../ui/table-body.tsx';
import type { Column } from '../../ui/table-column.ts';
import { PhoneRow } from '../../ui/table-phone.tsx';
import { type ListFilters, useAskedFilters } from '../../ui/use-asked-filters.ts';
import { type PeekState, usePeek } from '../../ui/use-peek.ts';
import { channels, type Destination, listDestinations } from './contract.ts';
import { AddressDialog } from './destinations/address-dialog.tsx';
import { DestinationPeek } from './destinations/destination-peek.tsx';
import { channelWords, healthMeanings, MeaningShape, NotificationPlaces } from './notification-words.tsx';

const fields: readonly FilterField[] = [
  { key: 'channel', label: 'channel', kind: 'choice', choices: channels.map((value) => ({ value, label: channelWords[value] })) },
];
const byId = ({ id }: Destination): string => id;
const byName = ({ name }: Destination): string => inertLine(name, 100);
const secondLine = ({ channel, place }: Destination): string => inertLine(`${channelWords[channel]} · ${place}`, 200);
const live = ['notifications.'];

function DestinationsPage() {
  const { can } = useSession();
  const filters = useAskedFilters(fields, listDestinations.input);
  const list = useEndpointPages(listDestinations, { limit: 100, ...filters.asked }, { live });
  const peek = usePeek(list);
  const [isAdding, setAdding] = useState(false);
  const mayAdd = can('notifications:create');
  return (
    <ListScreen
      title="Notifications"
      subtitle="Where messages go when the platform has something to say outside the browser."
      list={list}
      filters={filters}
      order="By name"
      actions={
        mayAdd && (
          <Button kind="primary" onClick={() => setAdding(true)}>
            Add a destination
          </Button>
        )
      }
      tabs={<NotificationPlaces current="/notifications" />}
      peek={peek.id === null ? null : <DestinationPeek id={peek.id} {...peek.placing} />}
    >
      <DestinationTable list={list} filters={filters} peek={peek} mayAdd={mayAdd} />
      {isAdding && (
        <AddressDialog
          destination={null}
          onClose={() => setAdding(false)}
          onMade={({ id }) => {
            setAdding(false);
            peek.openId(id);
          }}
        />
      )}
    </ListScreen>
  );
}

type TableProps = { list: EndpointPages<Destination>; filters: ListFilters; peek: PeekState<Destination>; mayAdd: boolean };
function DestinationTable({ list, filters, peek, mayAdd }: TableProps) {
  return (
    <ListRows
      label="Destinations"
      list={list}
      filters={filters}
      noMatch="No destination of this channel"
      empty={<NoDestinations mayAdd={mayAdd} />}
      rowId={byId}
      rowName={byName}
      columns={columns}
      peek={peek}
      phone={(row) => (
        <PhoneRow
          shape={<MeaningShape meaning={healthMeanings[row.health]} />}
          title={byName(row)}
          to={`/notifications?peek=${row.id}`}
          reason={secondLine(row)}
          owner={healthMeanings[row.health].word}
          due={row.waiting > 0 ? `${formatNumber(row.waiting)} waiting` : undefined}
        />
      )}
    />
  );
}

const columns: readonly Column<Destination>[] = [
  { id: 'health', head: 'Health', headHidden: true, width: 46, cell: ({ health }) => <MeaningShape meaning={healthMeanings[health]} /> },
  { id: 'name', head: 'Destination', primary: true, cell: (row) => <TwoLines title={byName(row)} second={secondLine(row)} /> },
  { id: 'state', head: 'State', width: 180, hideUnder: 560, cell: (row) => <StateCell row={row} /> },
  {
    id: 'waiting',
    head: 'Waiting',
    width: 84,
    align: 'right',
    hideUnder: 640,
    cell: ({ waiting }) => <span className="tabular-nums">{formatNumber(waiting)}</span>,
  },
  {
    id: 'last',
    head: 'Last delivered',
    width: 130,
    hideUnder: 760,
    cell: ({ lastSuccessAt }) => <RelativeTime at={lastSuccessAt} never="never" />,
  },
];

function StateCell({ row: { health, pausedUntil } }: { row: Destination }) {
  return (
    <span className="block truncate text-ink-2">
      {healthMeanings[health].word}
      {pausedUntil !== null && (
        <>
          , until <RelativeTime at={pausedUntil} />
        </>
      )}
    </span>
  );
}

function NoDestinations({ mayAdd }: { mayAdd: boolean }) {
  return (
    <EmptyNote title="Nothing leaves the browser yet">
      {mayAdd ? 'Add a destination, test it, and let ' : 'An admin or the CISO can add a destination and let '}
      <TextLink to="/notifications/rules">a rule</TextLink> send to it. Until then alerts are seen only by who looks here.
    </EmptyNote>
  );
}

export default definePage({
  path: '/notifications',
  title: 'Notifications',
  permission: 'notifications:read',
  group: 'Respond',
  icon: 'inbox',
  order: 6,
  Page: DestinationsPage,
});
