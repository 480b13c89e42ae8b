/** Destinations: where messages go, and how each is doing. */
import { useMemo, useState } from 'react';
import { useSession } from '../../client/session.ts';
import { type EndpointPages, useEndpointPages } from '../../client/use-endpoint-pages.ts';
import { Button, TextLink } from '../../ui/button.tsx';
import { CountLine } from '../../ui/count-line.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import { definePage } from '../../ui/define-page.ts';
import type { FilterField } from '../../ui/filter.ts';
import { FilterBar } from '../../ui/filter-bar.tsx';
import { formatNumber } from '../../ui/format.ts';
import { inertLine } from '../../ui/inert.ts';
import { EmptyNote, Loaded } from '../../ui/loaded.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Screen } from '../../ui/screen.tsx';
import { TwoLines } from '../../ui/table-body.tsx';
import type { Column } from '../../ui/table-column.ts';
import { PhoneRow } from '../../ui/table-phone.tsx';
import { useFilters } from '../../ui/use-filters.ts';
import { type PeekState, usePeek } from '../../ui/use-peek.ts';
import { Channel, channels, type Destination, listDestinations } from './contract.ts';
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
  const filters = useFilters(fields);
  const channel = Channel.safeParse(filters.value('channel')).data;
  const input = useMemo(() => ({ limit: 100, ...(channel === undefined ? {} : { channel }) }), [channel]);
  const list = useEndpointPages(listDestinations, input, { live });
  const peek = usePeek(list);
  const [isAdding, setAdding] = useState(false);
  const mayAdd = can('notifications:create');
  return (
    <Screen
      title="Notifications"
      subtitle="Where messages go when the platform has something to say outside the browser."
      ready={list.data !== undefined}
      actions={
        mayAdd && (
          <Button kind="primary" onClick={() => setAdding(true)}>
            Add a destination
          </Button>
        )
      }
      tabs={<NotificationPlaces current="/notifications" />}
      toolbar={
        <>
          <FilterBar fields={fields} filters={filters} placeholder="Channel" />
          <CountLine shown={list.rows.length} total={list.total} order="By name" />
        </>
      }
      peek={peek.id === null ? null : <DestinationPeek id={peek.id} {...peek.placing} />}
    >
      <Loaded answer={list} waitsFor="the destinations" empty={<NoDestinations isFiltered={!filters.isEmpty} mayAdd={mayAdd} />}>
        {(rows) => <DestinationTable rows={rows} list={list} peek={peek} />}
      </Loaded>
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
    </Screen>
  );
}

type TableProps = { rows: readonly Destination[]; list: EndpointPages<Destination>; peek: PeekState<Destination> };
function DestinationTable({ rows, list, peek }: TableProps) {
  return (
    <DataTable
      label="Destinations"
      rows={rows}
      rowId={byId}
      rowName={byName}
      columns={columns}
      onOpen={peek.open}
      openId={peek.id}
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
      hasMore={list.hasMore}
      onMore={list.loadMore}
      isLoadingMore={list.isLoadingMore}
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

function NoDestinations({ isFiltered, mayAdd }: { isFiltered: boolean; mayAdd: boolean }) {
  if (isFiltered) return <EmptyNote kind="no-match" title="No destination of this channel" />;
  return (
    <EmptyNote title="Nothing leaves the browser yet">
      {mayAdd ? 'Add a destination, test it, and let ' : 'An admin can add a destination and let '}
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
