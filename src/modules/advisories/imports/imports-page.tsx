/** Every import: which file, of which day, with what digest, and what came of it. */

import { useEndpointPages } from '../../../client/use-endpoint-pages.ts';
import { definePage } from '../../../ui/define-page.ts';
import { formatBytes, formatNumber, truncateMiddle } from '../../../ui/format.ts';
import { inertLine } from '../../../ui/inert.ts';
import { ListRows, ListScreen } from '../../../ui/list-screen.tsx';
import { EmptyNote } from '../../../ui/loaded.tsx';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { TwoLines } from '../../../ui/table-body.tsx';
import type { Column } from '../../../ui/table-column.ts';
import { PhoneRow } from '../../../ui/table-phone.tsx';
import { Badge, Tag, Unknown } from '../../../ui/tag.tsx';
import { type AdvisoryImport, listImports } from '../contract.ts';

const byId = ({ id }: AdvisoryImport): string => id;
const byName = ({ name }: AdvisoryImport): string => name;
function State({ state, records, rejected, expected, problem }: AdvisoryImport) {
  if (state === 'failed')
    return (
      <span title={problem?.detail}>
        <Badge tone="critical">Failed</Badge>
      </span>
    );
  if (state === 'done') return <span className="text-ink-2">done</span>;
  return <Badge>{expected === 0 ? 'Running' : `${Math.floor((100 * (records + rejected)) / expected)} %`}</Badge>;
}
const columns: readonly Column<AdvisoryImport>[] = [
  { id: 'kind', head: 'Kind', width: 76, cell: ({ kind }) => <Tag>{kind.toUpperCase()}</Tag> },
  {
    id: 'name',
    head: 'File',
    primary: true,
    cell: ({ name, sha256, ecosystems }) => (
      <TwoLines
        title={inertLine(name)}
        second={`${ecosystems.length > 0 ? `${ecosystems.join(', ')} · ` : ''}sha256 ${truncateMiddle(sha256, 20)}`}
        mono
      />
    ),
  },
  {
    id: 'date',
    head: 'Data of',
    width: 104,
    cell: ({ dataDate }) => (dataDate === null ? <Unknown /> : dataDate),
  },
  { id: 'state', head: 'State', width: 90, cell: (row) => <State {...row} /> },
  { id: 'bytes', head: 'Size', width: 90, align: 'right', hideUnder: 900, cell: ({ bytes }) => formatBytes(bytes) },
  { id: 'records', head: 'Records', width: 96, align: 'right', cell: ({ records }) => formatNumber(records) },
  { id: 'changed', head: 'Changed', width: 96, align: 'right', hideUnder: 640, cell: ({ changed }) => formatNumber(changed) },
  { id: 'rejected', head: 'Left out', width: 90, align: 'right', hideUnder: 760, cell: ({ rejected }) => formatNumber(rejected) },
  { id: 'at', head: 'Imported', width: 110, align: 'right', cell: ({ importedAt }) => <RelativeTime at={importedAt} /> },
];

function ImportsPage() {
  const list = useEndpointPages(listImports, { limit: 50 }, { live: ['advisories.', 'job.'] });
  return (
    <ListScreen title="Imports" path={[{ label: 'Advisories', to: '/advisories' }]} list={list} order="Newest first">
      <ListRows
        label="Imports"
        list={list}
        empty={
          <EmptyNote title="Nothing was imported yet">Import a file on the page of advisories, or with ai-spm advisories upload.</EmptyNote>
        }
        rowId={byId}
        rowName={byName}
        columns={columns}
        viewKey="advisory-imports"
        phone={(row) => (
          <PhoneRow
            shape={<Tag>{row.kind.toUpperCase()}</Tag>}
            title={inertLine(row.name)}
            figure={formatNumber(row.records)}
            reason={`data of ${row.dataDate ?? 'unknown date'}`}
            due={<RelativeTime at={row.importedAt} />}
          />
        )}
      />
    </ListScreen>
  );
}

export default definePage({
  path: '/advisories/imports',
  title: 'Imports of advisories',
  permission: 'advisories:read',
  group: null,
  icon: 'scroll-text',
  order: 1,
  Page: ImportsPage,
});
