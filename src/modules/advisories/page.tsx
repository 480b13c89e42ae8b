/** What the world knows: imported advisories, how old each source is, and which speak about components here. */

import { RefreshCw, Upload } from 'lucide-react';
import { useState } from 'react';
import { useSession } from '../../client/session.ts';
import { useChange } from '../../client/use-change.ts';
import { useEndpoint } from '../../client/use-endpoint.ts';
import { useEndpointPages } from '../../client/use-endpoint-pages.ts';
import { Button, TextLink } from '../../ui/button.tsx';
import { definePage } from '../../ui/define-page.ts';
import type { FilterField } from '../../ui/filter.ts';
import { formatNumber, plural } from '../../ui/format.ts';
import { inertLine } from '../../ui/inert.ts';
import { ListRows, ListScreen } from '../../ui/list-screen.tsx';
import { EmptyNote, Loaded } from '../../ui/loaded.tsx';
import { useNow } from '../../ui/now.ts';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Section } from '../../ui/section.tsx';
import { TwoLines } from '../../ui/table-body.tsx';
import type { Column } from '../../ui/table-column.ts';
import { PhoneRow } from '../../ui/table-phone.tsx';
import { toast } from '../../ui/toast-store.ts';
import { useAskedFilters } from '../../ui/use-asked-filters.ts';
import { usePeek } from '../../ui/use-peek.ts';
import { AdvisoryPeek } from './advisory-peek.tsx';
import { AdvisorySeverity, DataAge, EpssFigure, KevBadge } from './advisory-words.tsx';
import { type AdvisoryItem, type AdvisorySummary, advisorySummary, listAdvisories, rematchComponents } from './contract.ts';
import { ImportDialog } from './imports/import-dialog.tsx';

const choices = (values: readonly string[]) => values.map((value) => ({ value, label: value }));
const yesNo = [
  { value: 'true', label: 'yes' },
  { value: 'false', label: 'no' },
];
const fields: FilterField[] = [
  { key: 'here', label: 'here', kind: 'choice', choices: yesNo },
  { key: 'severity', label: 'severity', kind: 'choice', choices: choices(['critical', 'high', 'medium', 'low', 'unknown']) },
  { key: 'kev', label: 'exploited', kind: 'choice', choices: yesNo },
  {
    key: 'ecosystem',
    label: 'ecosystem',
    kind: 'choice',
    choices: choices(['PyPI', 'npm', 'Go', 'crates.io', 'Maven', 'NuGet', 'RubyGems', 'Packagist']),
  },
];

const byId = ({ id }: AdvisoryItem): string => id;
const byName = ({ shownId }: AdvisoryItem): string => shownId;
const columns: readonly Column<AdvisoryItem>[] = [
  { id: 'severity', head: 'Severity', headHidden: true, width: 44, cell: (row) => <AdvisorySeverity severity={row.severity} /> },
  {
    id: 'title',
    head: 'What it says',
    primary: true,
    cell: (row) => <TwoLines title={inertLine(row.summary === '' ? row.id : row.summary)} second={row.shownId} mono />,
  },
  {
    id: 'packages',
    head: 'Package',
    width: 190,
    hideUnder: 620,
    cell: ({ packages }) => (
      <span className="block truncate text-ink-2">
        {inertLine(packages.slice(0, 3).join(', '))}
        {packages.length > 3 && ` +${packages.length - 3}`}
      </span>
    ),
  },
  { id: 'kev', head: 'Exploited', width: 190, hideUnder: 860, cell: (row) => <KevBadge {...row} /> },
  { id: 'epss', head: 'EPSS', width: 84, align: 'right', hideUnder: 760, cell: (row) => <EpssFigure {...row} /> },
  {
    id: 'here',
    head: 'Here',
    width: 70,
    align: 'right',
    cell: ({ affectedHere }) => (
      <span className={affectedHere > 0 ? 'font-strong tabular-nums' : 'text-ink-3 tabular-nums'}>{formatNumber(affectedHere)}</span>
    ),
  },
  {
    id: 'modified',
    head: 'Changed',
    width: 84,
    align: 'right',
    hideUnder: 700,
    cell: ({ modified }) => <RelativeTime at={modified} form="age" />,
  },
];

function AdvisoriesPage() {
  const filters = useAskedFilters(fields, listAdvisories.input);
  const list = useEndpointPages(listAdvisories, { limit: 50, ...filters.asked }, { live: ['advisories.'] });
  const [isImporting, setImporting] = useState(false);
  const peek = usePeek(list);
  return (
    <ListScreen
      title="Advisories"
      actions={<PageActions onImport={() => setImporting(true)} />}
      above={<Sources />}
      list={list}
      filters={filters}
      placeholder="Words, id or package name"
      order="Latest change first"
      peek={peek.id === null ? null : <AdvisoryPeek id={peek.id} {...peek.placing} />}
    >
      <ListRows
        label="Advisories"
        list={list}
        filters={filters}
        noMatch="No advisory matches"
        empty={<NoAdvisories onImport={() => setImporting(true)} />}
        rowId={byId}
        rowName={byName}
        columns={columns}
        viewKey="advisories"
        peek={peek}
        phone={(row) => <AdvisoryPhoneRow row={row} />}
      />
      <ImportDialog open={isImporting} onClose={() => setImporting(false)} />
    </ListScreen>
  );
}

function AdvisoryPhoneRow({ row }: { row: AdvisoryItem }) {
  return (
    <PhoneRow
      shape={<AdvisorySeverity severity={row.severity} />}
      title={inertLine(row.summary === '' ? row.id : row.summary)}
      to={`/advisories?peek=${encodeURIComponent(row.id)}`}
      figure={row.affectedHere > 0 ? `${formatNumber(row.affectedHere)} here` : undefined}
      reason={`${row.shownId}, ${inertLine(row.packages.slice(0, 2).join(', '))}`}
      owner={<KevBadge {...row} />}
    />
  );
}

/** How old each source is: what is shown below is worth as much as that. */
function Sources() {
  const answer = useEndpoint(advisorySummary, {}, { live: ['advisories.'] });
  return (
    <Section title="Sources" band aside={<TextLink to="/advisories/imports">All imports</TextLink>}>
      <Loaded answer={answer} lines={1} waitsFor="the sources">
        {(summary: AdvisorySummary) => <SourceLines summary={summary} />}
      </Loaded>
    </Section>
  );
}

function SourceLines({
  summary: { ecosystems, kev, epss, components, affectedComponents, uncoveredComponents },
}: {
  summary: AdvisorySummary;
}) {
  const now = useNow();
  const lines = [
    ...ecosystems.map(({ ecosystem, ...state }) => ({ name: `OSV ${ecosystem}`, state })),
    { name: 'KEV', state: kev },
    { name: 'EPSS', state: epss },
  ];
  return (
    <>
      <ul className="flex flex-wrap gap-x-6 gap-y-1.5">
        {ecosystems.length === 0 && (
          <li>
            <span className="font-name">OSV</span> <span className="text-unknown-ink">not imported</span>
          </li>
        )}
        {lines.map(({ name, state }) => (
          <li key={name}>
            <span className="font-name">{name}</span>{' '}
            {state === null ? (
              <span className="text-unknown-ink">not imported</span>
            ) : (
              <span className="text-ink-2">
                {counted(name, state.records)}, <DataAge {...state} now={now} />
              </span>
            )}
          </li>
        ))}
      </ul>
      <p className="mt-2 text-ink-2">
        {affectedComponents === null ? (
          <>
            {plural(components, 'stored component')}, <span className="text-unknown-ink">not checked</span>: import advisories first.
          </>
        ) : (
          <>
            <TextLink to="/advisories?here=true">
              {formatNumber(affectedComponents)} of {plural(components, 'stored component')}
            </TextLink>{' '}
            affected.
          </>
        )}
        {affectedComponents !== null &&
          uncoveredComponents > 0 &&
          ` ${plural(uncoveredComponents, 'component')} not checked: no advisories of their ecosystem.`}
      </p>
    </>
  );
}

/** Of an ecosystem those that name a package of it; of the others every line. */
function counted(name: string, records: number): string {
  return name.startsWith('OSV') ? plural(records, 'advisory', 'advisories') : plural(records, 'record');
}

function PageActions({ onImport }: { onImport: () => void }) {
  const { can } = useSession();
  const rematch = useChange(rematchComponents, { onDone: () => toast({ text: 'Stored components are being compared again' }) });
  return (
    <>
      {can('advisories:update') && (
        <Button icon={RefreshCw} busy={rematch.isRunning && 'Starting…'} onClick={() => void rematch.run({})}>
          Compare again
        </Button>
      )}
      {can('advisories:create') && (
        <Button kind="primary" icon={Upload} onClick={onImport}>
          Import
        </Button>
      )}
    </>
  );
}

function NoAdvisories({ onImport }: { onImport: () => void }) {
  const { can } = useSession();
  return (
    <EmptyNote title="No advisories yet" actions={can('advisories:create') ? <Button onClick={onImport}>Import a file</Button> : undefined}>
      Packages are not checked for known vulnerabilities until advisories are imported: an OSV archive (all.zip) for each ecosystem, the KEV
      catalogue and EPSS scores. Files are enough; nothing here asks the internet.
    </EmptyNote>
  );
}

export default definePage({
  path: '/advisories',
  title: 'Advisories',
  permission: 'advisories:read',
  group: 'Find',
  icon: 'scroll-text',
  order: 4,
  Page: AdvisoriesPage,
});
