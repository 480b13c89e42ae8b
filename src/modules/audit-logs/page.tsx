/** The audit log as a timeline: who did what to what, with the difference each change made, and how far the chain is proven. */

import { X } from 'lucide-react';
import { useState } from 'react';
import { useSearchParams } from 'wouter';
import { type EndpointPages, useEndpointPages } from '../../client/use-endpoint-pages.ts';
import type { InputOf } from '../../contract/endpoint.ts';
import { Button, TextLink } from '../../ui/button.tsx';
import { definePage } from '../../ui/define-page.ts';
import type { FilterField } from '../../ui/filter.ts';
import { ListRows, ListScreen } from '../../ui/list-screen.tsx';
import { EmptyNote } from '../../ui/loaded.tsx';
import { type AskedFilters, type ListFilters, useAskedFilters } from '../../ui/use-asked-filters.ts';
import { type PeekState, usePeek } from '../../ui/use-peek.ts';
import { type AuditEntry, type ExcerptFilter, listAuditLogs } from './contract.ts';
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
  const filters = useAskedFilters(fields, listAuditLogs.input);
  const [params, setParams] = useSearchParams();
  const input = inputOf(filters, params);
  const list = useEndpointPages(listAuditLogs, input, { enabled: !filters.matchNothing });
  const peek = usePeek(list);
  const [isExporting, setExporting] = useState(false);
  const people = usePeople();
  const timeline = timelineOf(params, people);
  const set = (name: Exact, value: string | null) => setParams((before) => withParam(before, name, value));
  return (
    <ListScreen
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
          <TextLink to="/audit-logs/actions">Actions</TextLink>
          <TextLink to="/audit-logs/keeping">Keeping and erasure</TextLink>
          <Button onClick={() => setExporting(true)}>Export</Button>
        </>
      }
      list={list}
      filters={filters}
      placeholder="Words of action, id, reason"
      beside={<ExactChips params={params} onRemove={(name) => set(name, null)} />}
      order="Newest first"
      peek={peek.id === null ? null : <EntryPeek id={peek.id} people={people} {...peek.placing} onOnly={set} />}
    >
      <Entries list={list} people={people} filters={filters} peek={peek} isNarrowed={exact.some((name) => params.has(name))} />
      {isExporting && <ExportDialog filter={excerptOf(input)} onClose={() => setExporting(false)} />}
    </ListScreen>
  );
}

function ExactChips({ params, onRemove }: { params: URLSearchParams; onRemove: (name: Exact) => void }) {
  return exact.map((name) => {
    const value = params.get(name);
    return value === null ? null : <ExactChip key={name} name={name} value={value} onRemove={() => onRemove(name)} />;
  });
}

type EntriesProps = {
  list: EndpointPages<AuditEntry>;
  filters: ListFilters;
  people: People;
  peek: PeekState<AuditEntry>;
  isNarrowed: boolean;
};

function Entries({ list, filters, people, peek, isNarrowed }: EntriesProps) {
  const columns = useEntryColumns(people);
  return (
    <ListRows
      label="Audit entries"
      list={list}
      filters={filters}
      isNarrowed={isNarrowed}
      lines={8}
      refusal="Only an admin, a CISO, a compliance officer or an auditor can read the audit log."
      noMatch="No entry matches"
      empty={<EmptyNote title="No entries yet">The first sign-in or change appears here.</EmptyNote>}
      rowId={entryId}
      rowName={entryName}
      columns={columns}
      viewKey="audit-logs"
      peek={peek}
      phone={(row) => <EntryPhoneRow entry={row} people={people} />}
    />
  );
}

function inputOf(filters: AskedFilters<typeof listAuditLogs.input>, params: URLSearchParams): InputOf<typeof listAuditLogs> {
  const after = filters.value('time', 'after');
  const before = filters.value('time', 'before');
  return {
    limit: 50,
    ...filters.asked,
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
    <span className="inline-flex min-h-6.5 max-w-70 items-center gap-1 rounded-chip bg-accent-tint pr-0.5 pl-2 text-label">
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
