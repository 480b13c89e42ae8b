/** The audit log as a timeline: who did what to what, with the difference each change made, and how far the chain is proven. */
import { X } from 'lucide-react';
import { useState } from 'react';
import { useSearchParams } from 'wouter';
import { type EndpointPages, useEndpointPages } from '../../client/use-endpoint-pages.ts';
import type { InputOf } from '../../contract/endpoint.ts';
import { Button, TextLink } from '../../ui/button.tsx';
import { CountLine } from '../../ui/count-line.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import { definePage } from '../../ui/define-page.ts';
import type { FilterField } from '../../ui/filter.ts';
import { FilterBar } from '../../ui/filter-bar.tsx';
import { EmptyNote, Loaded } from '../../ui/loaded.tsx';
import { Screen } from '../../ui/screen.tsx';
import { type Filters, useFilters } from '../../ui/use-filters.ts';
import { usePeek } from '../../ui/use-peek.ts';
import { type AuditEntry, AuditOutcome, type ExcerptFilter, listAuditLogs } from './contract.ts';
import { ExportDialog } from './export/export-dialog.tsx';
import { type People, usePeople } from './reading/actor-name.tsx';
import { EntryPhoneRow, entryId, entryName, useEntryColumns } from './reading/entry-columns.tsx';
import { EntryPeek } from './reading/entry-peek.tsx';
import { VerificationBadge } from './verifying/verification-badge.tsx';

const fields: FilterField[] = [
  {
    key: 'outcome',
    label: 'outcome',
    kind: 'choice',
    choices: [
      { value: 'done', label: 'Done' },
      { value: 'allowed', label: 'Allowed' },
      { value: 'denied', label: 'Denied' },
      { value: 'failed', label: 'Failed' },
    ],
  },
  { key: 'time', label: 'time', kind: 'date' },
];

/** Exact filters: set from an entry or by a link of another page. */
const exact = ['user_id', 'action', 'resource', 'resource_id', 'trace_id'] as const;
type Exact = (typeof exact)[number];

function AuditLogPage() {
  const filters = useFilters(fields);
  const [params, setParams] = useSearchParams();
  const outcomes = outcomesOf(filters);
  const input = inputOf(filters, params, outcomes);
  const list = useEndpointPages(listAuditLogs, input, { enabled: outcomes?.length !== 0 });
  const peek = usePeek(list);
  const [isExporting, setExporting] = useState(false);
  const people = usePeople();
  const timeline = timelineOf(params, people);
  const set = (name: Exact, value: string | null) => setParams((before) => withParam(before, name, value));
  return (
    <Screen
      title={timeline?.title ?? 'Audit log'}
      subtitle={
        timeline === null ? (
          'Every change, sign-in and refusal, in the order it was written. Nobody can change an entry, admins included.'
        ) : (
          <>
            {timeline.note} <TextLink to="/audit-logs">The whole log</TextLink>
          </>
        )
      }
      actions={
        <>
          <VerificationBadge />
          <TextLink to="/audit-logs/keeping">Keeping and erasure</TextLink>
          <Button onClick={() => setExporting(true)}>Export</Button>
        </>
      }
      toolbar={<Tools list={list} filters={filters} params={params} onRemove={(name) => set(name, null)} />}
      peek={peek.id === null ? null : <EntryPeek id={peek.id} people={people} {...peek.placing} onOnly={set} />}
    >
      <Entries
        list={list}
        people={people}
        peekId={peek.id}
        onOpen={peek.open}
        isFiltered={!filters.isEmpty || exact.some((name) => params.has(name))}
      />
      {isExporting && <ExportDialog filter={excerptOf(input)} onClose={() => setExporting(false)} />}
    </Screen>
  );
}

type List = EndpointPages<AuditEntry>;

function Tools({
  list,
  filters,
  params,
  onRemove,
}: {
  list: List;
  filters: Filters;
  params: URLSearchParams;
  onRemove: (name: Exact) => void;
}) {
  return (
    <>
      <FilterBar fields={fields} filters={filters} placeholder="Words of action, id, reason">
        {exact.map((name) => {
          const value = params.get(name);
          return value === null ? null : <ExactChip key={name} name={name} value={value} onRemove={() => onRemove(name)} />;
        })}
      </FilterBar>
      <CountLine shown={list.rows.length} total={list.total} totalIsEstimate={list.totalIsEstimate} order="Newest first" />
    </>
  );
}

type EntriesProps = { list: List; people: People; peekId: string | null; onOpen: (entry: AuditEntry) => void; isFiltered: boolean };

function Entries({ list, people, peekId, onOpen, isFiltered }: EntriesProps) {
  const columns = useEntryColumns(people);
  const empty = isFiltered ? (
    <EmptyNote kind="no-match" title="No entry matches">
      Take away a filter to see more.
    </EmptyNote>
  ) : (
    <EmptyNote title="No entries yet">The first sign-in or change appears here.</EmptyNote>
  );
  return (
    <Loaded
      answer={list}
      lines={8}
      refusal="Only an admin, a CISO, a compliance officer or an auditor can read the audit log."
      empty={empty}
    >
      {(rows) => (
        <DataTable
          label="Audit entries"
          rows={rows}
          rowId={entryId}
          rowName={entryName}
          columns={columns}
          viewKey="audit-logs"
          {...(list.total === undefined ? {} : { total: list.total })}
          hasMore={list.hasMore}
          onMore={list.loadMore}
          isLoadingMore={list.isLoadingMore}
          onOpen={onOpen}
          openId={peekId}
          phone={(row) => <EntryPhoneRow entry={row} people={people} />}
        />
      )}
    </Loaded>
  );
}

function outcomesOf(filters: Filters): AuditOutcomes | undefined {
  const wanted = filters.values('outcome');
  const unwanted = filters.values('outcome', 'is-not');
  if (wanted === undefined && unwanted === undefined) return undefined;
  return AuditOutcome.options.filter((outcome) => (wanted?.includes(outcome) ?? true) && !(unwanted?.includes(outcome) ?? false));
}
type AuditOutcomes = (typeof AuditOutcome.options)[number][];

function inputOf(filters: Filters, params: URLSearchParams, outcomes: AuditOutcomes | undefined): InputOf<typeof listAuditLogs> {
  const after = filters.value('time', 'after');
  const before = filters.value('time', 'before');
  return {
    limit: 50,
    ...(filters.text.trim() === '' ? {} : { q: filters.text }),
    ...(outcomes === undefined ? {} : { outcome: outcomes }),
    ...(after === undefined ? {} : { start_date: after }),
    // The day itself is not before it: its first moment, which the endpoint leaves out.
    ...(before === undefined ? {} : { end_date: `${before}T00:00:00Z` }),
    ...Object.fromEntries(exact.flatMap((name) => (params.has(name) ? [[name, params.get(name) ?? '']] : []))),
  };
}

/** The filters as an export takes them; null when there are none, or words among them. */
function excerptOf({ limit: _limit, q, ...filter }: InputOf<typeof listAuditLogs>): ExcerptFilter | null {
  return q !== undefined || Object.keys(filter).length === 0 ? null : filter;
}

/** One actor or one object: the list is its timeline, and says so. */
function timelineOf(params: URLSearchParams, people: People): { title: string; note: string } | null {
  const [actor, type, id] = [params.get('user_id'), params.get('resource'), params.get('resource_id')];
  if (actor !== null && id === null)
    return { title: `What ${people.get(actor) ?? actor} did`, note: 'Every entry of this actor, newest first.' };
  if (id !== null && actor === null)
    return { title: `What happened to ${type ?? 'object'} ${people.get(id) ?? id}`, note: 'Every entry about this object, newest first.' };
  return null;
}

function withParam(before: URLSearchParams, name: string, value: string | null): URLSearchParams {
  const next = new URLSearchParams(before);
  if (value === null) next.delete(name);
  else next.set(name, value);
  return next;
}

const exactWords: Readonly<Record<Exact, string>> = {
  user_id: 'actor',
  action: 'action',
  resource: 'resource',
  resource_id: 'id',
  trace_id: 'trace',
};

function ExactChip({ name, value, onRemove }: { name: Exact; value: string; onRemove: () => void }) {
  return (
    <span className="inline-flex h-6.5 max-w-70 items-center gap-1 rounded-chip bg-accent-tint pr-0.5 pl-2 text-label">
      <span className="whitespace-nowrap text-ink-2">{exactWords[name]} is</span>
      <span className="mono truncate text-mark" title={value}>
        {value}
      </span>
      <button
        type="button"
        aria-label={`Remove the filter ${exactWords[name]}`}
        onClick={onRemove}
        className="finger inline-flex size-6 flex-none items-center justify-center rounded-tag text-ink-2 hover:text-ink"
      >
        <X size={13} aria-hidden="true" />
      </button>
    </span>
  );
}

export default definePage({
  path: '/audit-logs',
  title: 'Audit log',
  permission: 'audit-logs:read',
  group: 'Assure',
  icon: 'scroll-text',
  order: 90,
  Page: AuditLogPage,
});
