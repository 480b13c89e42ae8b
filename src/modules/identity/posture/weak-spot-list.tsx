/** Weak spots among people and keys: how many of each kind, then each with its reason and the way to what mends it. */
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { useEndpointPages } from '../../../client/use-endpoint-pages.ts';
import { TextLink } from '../../../ui/button.tsx';
import { CountLine } from '../../../ui/count-line.tsx';
import { DataTable } from '../../../ui/data-table.tsx';
import type { FilterField } from '../../../ui/filter.ts';
import { FilterBar } from '../../../ui/filter-bar.tsx';
import { EmptyNote, Loaded } from '../../../ui/loaded.tsx';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { SeverityShape, SeverityWord } from '../../../ui/severity.tsx';
import { Shape } from '../../../ui/shape.tsx';
import { TwoLines } from '../../../ui/table-body.tsx';
import type { Column } from '../../../ui/table-column.ts';
import { PhoneRow } from '../../../ui/table-phone.tsx';
import { useFilters } from '../../../ui/use-filters.ts';
import { listPeopleFindings, type PeopleFinding, type PeoplePosture, peoplePosture, weakSpots } from '../contract.ts';
import { roleWord } from '../people/role-words.tsx';

const words: Readonly<Record<PeopleFinding['check'], string>> = {
  'no-second-factor': 'No second factor',
  'admin-without-passkey': 'Admin without passkey',
  'key-without-expiry': 'Key that never expires',
  'dormant-account': 'Account that nobody uses',
};
const fields: FilterField[] = [
  { key: 'check', label: 'weak spot', kind: 'choice', choices: weakSpots.map((value) => ({ value, label: words[value] })) },
];
const byId = (finding: PeopleFinding) => finding.id;
const byName = (finding: PeopleFinding) => `${finding.title}: ${finding.key?.name ?? finding.person.name}`;

export function WeakSpotList() {
  const filters = useFilters(fields);
  const wanted = filters.values('check');
  const unwanted = filters.values('check', 'is-not');
  const check = weakSpots.filter((one) => (wanted?.includes(one) ?? true) && !(unwanted?.includes(one) ?? false));
  const isFiltered = check.length < weakSpots.length;
  const list = useEndpointPages(listPeopleFindings, { limit: 50, ...(isFiltered ? { check } : {}) }, { enabled: check.length > 0 });
  return (
    <>
      <Counts />
      <FilterBar fields={fields} filters={filters} hasText={false} />
      <CountLine shown={list.rows.length} total={list.total} totalIsEstimate={list.totalIsEstimate} order="Gravest first" />
      <Loaded
        answer={list}
        empty={
          isFiltered ? (
            <EmptyNote kind="no-match" title="Nothing of this kind">
              Take away the filter to see every weak spot.
            </EmptyNote>
          ) : (
            <EmptyNote kind="all-clear" title="No weak spot among people and keys">
              Looked for: people without a second factor, admins without a passkey, keys that never expire, accounts that nobody uses.
            </EmptyNote>
          )
        }
      >
        {(rows) => (
          <DataTable
            label="Weak spots"
            rows={rows}
            rowId={byId}
            rowName={byName}
            columns={columns}
            viewKey="weak-spots"
            {...(list.total === undefined ? {} : { total: list.total })}
            hasMore={list.hasMore}
            onMore={list.loadMore}
            isLoadingMore={list.isLoadingMore}
            phone={(finding) => (
              <PhoneRow
                shape={<SeverityShape severity={finding.severity} />}
                title={finding.title}
                reason={finding.why}
                owner={<About finding={finding} />}
              />
            )}
          />
        )}
      </Loaded>
    </>
  );
}

/** What is looked for, with what mends it; zero is said too. */
function Counts() {
  const posture = useEndpoint(peoplePosture, {});
  return (
    <Loaded answer={posture} waitsFor="the counts">
      {({ checks }) => (
        <ul className="grid gap-x-8 gap-y-3 border-b border-line px-4 py-4 tablet:grid-cols-2 tablet:px-6">
          {checks.map((check) => (
            <CountItem key={check.check} {...check} />
          ))}
        </ul>
      )}
    </Loaded>
  );
}

function CountItem({ check, title, remedy, count, worst }: PeoplePosture['checks'][number]) {
  return (
    <li className="flex gap-2.5">
      <span className="mt-0.5 flex-none">
        {worst === null ? <Shape name="ok" tone="ok" label="none" /> : <SeverityShape severity={worst} />}
      </span>
      <span className="min-w-0">
        <span className="font-name">
          {count === 0 ? `${title}: none` : <TextLink to={`/users?tab=weak-spots&check=${check}`}>{`${title}: ${count}`}</TextLink>}
        </span>
        {count > 0 && <span className="block text-ink-2">{remedy}</span>}
      </span>
    </li>
  );
}

function About({ finding: { person, key } }: { finding: PeopleFinding }) {
  return key === null ? (
    <TextLink to={`/users?q=${encodeURIComponent(person.email)}`}>{person.name}</TextLink>
  ) : (
    <>
      <TextLink to={`/api-keys?q=${key.publicId}`}>{key.name}</TextLink>, {person.name}
    </>
  );
}

const columns: readonly Column<PeopleFinding>[] = [
  {
    id: 'severity',
    head: 'Severity',
    width: 110,
    cell: (finding) => <SeverityWord severity={finding.severity} />,
  },
  { id: 'what', head: 'Weak spot', primary: true, cell: (finding) => <TwoLines title={finding.title} second={finding.why} mono={false} /> },
  { id: 'who', head: 'About', width: 220, cell: (finding) => <About finding={finding} /> },
  { id: 'role', head: 'Role', width: 150, hideUnder: 860, cell: (finding) => roleWord(finding.person.role) },
  { id: 'since', head: 'Since', width: 130, hideUnder: 760, cell: (finding) => <RelativeTime at={finding.since} form="date" /> },
];
