/** What each client asked each model over time, and which of it looks like copying, searching the boundary, or probing. */
import { useSession } from '../../../client/session.ts';
import { useEndpointPages } from '../../../client/use-endpoint-pages.ts';
import { TextLink } from '../../../ui/button.tsx';
import { definePage } from '../../../ui/define-page.ts';
import type { FilterField } from '../../../ui/filter.ts';
import { formatNumber, plural } from '../../../ui/format.ts';
import { inertLine } from '../../../ui/inert.ts';
import { ListRows, ListScreen } from '../../../ui/list-screen.tsx';
import { EmptyNote } from '../../../ui/loaded.tsx';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { Shape } from '../../../ui/shape.tsx';
import { TwoLines } from '../../../ui/table-body.tsx';
import type { Column } from '../../../ui/table-column.ts';
import { PhoneRow } from '../../../ui/table-phone.tsx';
import { useAskedFilters } from '../../../ui/use-asked-filters.ts';
import { usePeek } from '../../../ui/use-peek.ts';
import { ModelName } from '../asset-name.tsx';
import { listStreams } from '../contract.ts';
import { home } from '../threat-words.tsx';
import { type Stream, StreamPeek, signsOf } from './stream-peek.tsx';

const fields: readonly FilterField[] = [
  { key: 'model_id', label: 'model', kind: 'text', whole: true },
  { key: 'client_id', label: 'client', kind: 'text', whole: true },
];
const byId = (row: Stream): string => row.id;
const nameOf = (row: Stream): string => inertLine(row.clientId);

function StreamsPage() {
  const { can } = useSession();
  const filters = useAskedFilters(fields, listStreams.input);
  const list = useEndpointPages(listStreams, { ...filters.asked, limit: 50 }, { live: ['adversarial-detection.detected'] });
  const peek = usePeek(list);
  return (
    <ListScreen
      title="Query streams"
      subtitle="Sketches of the last 512 queries of each client and model. Inputs are not kept."
      path={[home]}
      list={list}
      filters={filters}
      order="Latest query first"
      peek={peek.row === null ? null : <StreamPeek stream={peek.row} {...peek.placing} />}
    >
      <ListRows
        label="Query streams"
        list={list}
        filters={filters}
        noMatch="No stream matches"
        empty={
          <EmptyNote title="No queries yet">
            What each client asks of each model is sketched here, so that probing and copying of a model are seen.{' '}
            <TextLink to="/adversarial-detection/guards">Guards</TextLink> tell it by themselves
            {can('adversarial-detection:create')
              ? '; for a model without one, send its queries to POST /api/adversarial-detection/traffic.'
              : '; analysts and engineers put them in front of models.'}
          </EmptyNote>
        }
        rowId={byId}
        rowName={nameOf}
        columns={columns}
        viewKey="adversarial-streams"
        peek={peek}
        phone={(row) => (
          <PhoneRow
            shape={<SignShape row={row} />}
            title={nameOf(row)}
            to={`/adversarial-detection/streams?peek=${row.id}`}
            reason={
              <>
                {signsOf(row)}; {plural(row.seen, 'query', 'queries')} of <ModelName modelId={row.modelId} />
              </>
            }
            owner={<RelativeTime at={row.lastAt} />}
          />
        )}
      />
    </ListScreen>
  );
}

function SignShape({ row }: { row: Stream }) {
  const isKnown = Object.keys(row.readings).length > 0;
  if (row.detected.length > 0) return <Shape name="high" tone="high" label="Detected" />;
  return (
    <Shape name={isKnown ? 'ok' : 'unknown'} tone={isKnown ? 'ok' : 'unknown'} label={isKnown ? 'Nothing unusual' : 'Too few queries'} />
  );
}

const columns: readonly Column<Stream>[] = [
  { id: 'sign', head: 'Sign', headHidden: true, cell: (row) => <SignShape row={row} />, width: 34 },
  { id: 'client', head: 'Client', primary: true, cell: (row) => <TwoLines title={nameOf(row)} second={signsOf(row)} /> },
  { id: 'model', head: 'Model', cell: (row) => <ModelName modelId={row.modelId} />, width: 180, hideUnder: 700 },
  { id: 'seen', head: 'Queries', align: 'right', cell: (row) => formatNumber(row.seen), width: 100 },
  { id: 'kept', head: 'Kept', align: 'right', cell: (row) => formatNumber(row.kept), width: 80, hideUnder: 900 },
  {
    id: 'detected',
    head: 'Detected',
    cell: (row) => (row.detectedAt === null ? 'never' : <RelativeTime at={row.detectedAt} />),
    width: 110,
    hideUnder: 800,
  },
  { id: 'last', head: 'Last query', cell: (row) => <RelativeTime at={row.lastAt} />, width: 110 },
];

export default definePage({
  path: '/adversarial-detection/streams',
  title: 'Query streams',
  permission: 'adversarial-detection:read',
  group: null,
  icon: 'shield-alert',
  order: 4,
  Page: StreamsPage,
});
