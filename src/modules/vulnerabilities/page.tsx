/** The list of vulnerabilities: views, filters, rows of decisions, peek, keys, bulk. */

import { Download, Plus } from 'lucide-react';
import { useMemo, useState } from 'react';
import { Redirect, useSearch } from 'wouter';
import { linkTo } from '../../client/request.ts';
import { useSession } from '../../client/session.ts';
import { type EndpointPages, useEndpointPages } from '../../client/use-endpoint-pages.ts';
import { BulkBar } from '../../ui/bulk-bar.tsx';
import { Button, ButtonLink } from '../../ui/button.tsx';
import { definePage } from '../../ui/define-page.ts';
import { inertLine } from '../../ui/inert.ts';
import { ListRows, ListScreen } from '../../ui/list-screen.tsx';
import { EmptyNote } from '../../ui/loaded.tsx';
import { Menu } from '../../ui/menu.tsx';
import { useQueryValue } from '../../ui/query-state.ts';
import type { ListFilters } from '../../ui/use-asked-filters.ts';
import { type PeekState, usePeek } from '../../ui/use-peek.ts';
import { exportVulnerabilities, listVulnerabilities, sorts, type Vulnerability, type VulnerabilityFilter } from './contract.ts';
import { BulkDialog, type BulkTarget } from './list/bulk-dialog.tsx';
import { useListFilters } from './list/list-filters.tsx';
import { firstView, StandardViews } from './list/standard-views.tsx';
import { columns, orderWords, placeOf, VulnerabilityPhoneRow } from './list/vulnerability-columns.tsx';
import { RecordDialog } from './recording/record-dialog.tsx';
import { VulnerabilityPeek } from './vulnerability-peek.tsx';
import { liveEvents } from './vulnerability-sections.tsx';
import { isOpen } from './vulnerability-words.tsx';
import { type Change, ChangeDialog } from './work/change-dialogs.tsx';

const byId = (row: Vulnerability): string => row.id;
const byName = (row: Vulnerability): string => inertLine(row.title);

function VulnerabilitiesPage() {
  // Nothing asked for is "All open": the address then says so.
  const isBare = useSearch().replace(/^\?/, '') === '';
  return isBare ? <Redirect to={firstView} replace /> : <VulnerabilityList />;
}

function VulnerabilityList() {
  const [sortName, setSort] = useQueryValue('sort');
  const sort = sorts.find((known) => known === sortName) ?? 'priority';
  const [sample, setSample] = useState<Vulnerability | undefined>(undefined);
  const filters = useListFilters(sample);
  const filter: VulnerabilityFilter = filters.asked;
  const list = useEndpointPages(listVulnerabilities, { ...filter, limit: 50, sort }, { live: liveEvents });
  if (list.rows[0] !== undefined && list.rows[0].assetId !== sample?.assetId) setSample(list.rows[0]);
  const peek = usePeek(list);
  const [change, setChange] = useState<Change | null>(null);
  const [isRecording, setRecording] = useState(false);
  return (
    <ListScreen
      title="Vulnerabilities"
      actions={<PageActions filter={filter} sort={sort} onRecord={() => setRecording(true)} />}
      above={<StandardViews />}
      list={list}
      filters={filters}
      order={orderWords[sort]}
      peek={peek.id === null ? null : <VulnerabilityPeek id={peek.id} {...peek.placing} onChange={setChange} />}
    >
      <Rows list={list} filters={filters} filter={filter} sort={sort} onSort={setSort} peek={peek} onChange={setChange} />
      {change !== null && <ChangeDialog change={change} onClose={() => setChange(null)} />}
      {isRecording && <RecordDialog onClose={() => setRecording(false)} onDone={peek.openId} />}
    </ListScreen>
  );
}

function isFirstView(filter: VulnerabilityFilter): boolean {
  return Object.keys(filter).length === 1 && filter.status === 'open,in_progress';
}

type RowsProps = {
  list: EndpointPages<Vulnerability>;
  filters: ListFilters;
  filter: VulnerabilityFilter;
  sort: (typeof sorts)[number];
  onSort: (sort: string | null) => void;
  peek: PeekState<Vulnerability>;
  onChange: (change: Change) => void;
};

function Rows({ list, filters, filter, sort, onSort, peek, onChange }: RowsProps) {
  const { can } = useSession();
  const mayChange = can('vulnerabilities:update');
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [whole, setWhole] = useState<string | null>(null);
  const [bulk, setBulk] = useState<'assign' | 'status' | null>(null);
  const choose = (ids: ReadonlySet<string>) => {
    setSelected(ids);
    setWhole(null);
  };
  const target = useMemo((): BulkTarget => (whole === null ? { ids: [...selected] } : { filter, as_of: whole }), [whole, selected, filter]);
  const act = (kind: Change['kind'], openOnly: boolean) => (row: Vulnerability) => {
    if (mayChange && (!openOnly || isOpen(row))) onChange({ kind, row });
  };
  return (
    <>
      <ListRows
        label="Vulnerabilities"
        list={list}
        {...(isFirstView(filter) ? {} : { filters })}
        lines={10}
        noMatch="No vulnerability matches"
        empty={<NothingOpen />}
        rowId={byId}
        rowName={byName}
        rowTo={placeOf}
        columns={columns}
        viewKey="vulnerabilities"
        sort={{ by: sort, descending: sort !== 'due' && sort !== 'severity', onChange: (by) => onSort(by === 'priority' ? null : by) }}
        peek={peek}
        {...(mayChange ? { selection: { ids: selected, onChange: choose } } : {})}
        rowKeys={[
          { keys: 'e', label: 'Assign', run: act('assign', true) },
          { keys: 's', label: 'Status', run: act('status', false) },
          { keys: 'd', label: 'Due', run: act('due', true) },
          { keys: 'c', label: 'Comment', run: act('comment', false) },
        ]}
        phone={(row) => <VulnerabilityPhoneRow row={row} />}
      />
      <BulkBar
        selected={selected.size}
        total={list.total}
        totalIsEstimate={list.totalIsEstimate}
        isWholeFilter={whole !== null}
        onWholeFilter={() => setWhole(new Date().toISOString())}
        onClear={() => choose(new Set())}
      >
        <Button onClick={() => setBulk('assign')}>Assign</Button>
        <Button onClick={() => setBulk('status')}>Status</Button>
      </BulkBar>
      {bulk !== null && <BulkDialog kind={bulk} target={target} onClose={() => setBulk(null)} onDone={() => choose(new Set())} />}
    </>
  );
}

function PageActions({ filter, sort, onRecord }: { filter: VulnerabilityFilter; sort: RowsProps['sort']; onRecord: () => void }) {
  const { can } = useSession();
  const download = (format: 'csv' | 'ndjson') => window.location.assign(linkTo(exportVulnerabilities, { ...filter, sort, format }));
  return (
    <>
      <Menu
        trigger={<Button icon={Download}>Export</Button>}
        items={[
          { label: 'CSV', note: 'every row of this filter, for spreadsheets', run: () => download('csv') },
          { label: 'NDJSON', note: 'every row of this filter, for machines', run: () => download('ndjson') },
        ]}
      />
      {can('vulnerabilities:create') && (
        <Button icon={Plus} onClick={onRecord}>
          Record
        </Button>
      )}
    </>
  );
}

function NothingOpen() {
  const { can } = useSession();
  return (
    <EmptyNote
      title="Nothing is open"
      actions={can('model-scanner:create') ? <ButtonLink to="/model-scanner">Scan a folder</ButtonLink> : undefined}
    >
      What scans find on your assets appears here, with its evidence. Assets that nobody scanned are unknown, not clean: the dashboard says
      how many.
    </EmptyNote>
  );
}

export default definePage({
  path: '/vulnerabilities',
  title: 'Vulnerabilities',
  permission: 'vulnerabilities:read',
  group: 'Find',
  icon: 'bug',
  order: 1,
  Page: VulnerabilitiesPage,
});
