/** Incidents: latest first, what still needs somebody unless a filter says otherwise. */

import { useState } from 'react';
import { useSession } from '../../client/session.ts';
import { useChange } from '../../client/use-change.ts';
import { useEndpoint } from '../../client/use-endpoint.ts';
import { type EndpointPages, useEndpointPages } from '../../client/use-endpoint-pages.ts';
import { Person } from '../../ui/avatar.tsx';
import { Button, ButtonLink, TextLink } from '../../ui/button.tsx';
import { definePage } from '../../ui/define-page.ts';
import type { FilterField } from '../../ui/filter.ts';
import { inertLine } from '../../ui/inert.ts';
import { ListRows, ListScreen } from '../../ui/list-screen.tsx';
import { EmptyNote } from '../../ui/loaded.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { SeverityShape } from '../../ui/severity.tsx';
import { TwoLines } from '../../ui/table-body.tsx';
import type { Column } from '../../ui/table-column.ts';
import { PhoneRow } from '../../ui/table-phone.tsx';
import { Badge } from '../../ui/tag.tsx';
import { toast } from '../../ui/toast-store.ts';
import { type ListFilters, useAskedFilters } from '../../ui/use-asked-filters.ts';
import { categoryWords, IncidentStateBadge, incidentStateWord, liveEvents, sourceWords, touched } from './cases/incident-words.tsx';
import { OpenDialog } from './cases/open-dialog.tsx';
import { acknowledgeIncident, type Incident, incidentStates, listIncidents } from './contract.ts';

const severities = ['critical', 'high', 'medium', 'low', 'informational'];
const fields: readonly FilterField[] = [
  {
    key: 'state',
    label: 'state',
    kind: 'choice',
    choices: incidentStates.map((value) => ({ value, label: incidentStateWord(value).toLowerCase() })),
  },
  { key: 'severity', label: 'severity', kind: 'choice', choices: severities.map((value) => ({ value, label: value })) },
  { key: 'category', label: 'kind', kind: 'text' },
];
const byId = (row: Incident): string => row.id;
const byName = (row: Incident): string => inertLine(row.title);
const pathOf = (row: Incident): string => `/incidents/${row.id}`;

function IncidentsPage() {
  const { can } = useSession();
  const filters = useAskedFilters(fields, listIncidents.input);
  const list = useEndpointPages(listIncidents, { ...filters.asked, limit: 50 }, { live: liveEvents });
  const [opening, setOpening] = useState(false);
  return (
    <ListScreen
      title="Incidents"
      list={list}
      filters={filters}
      placeholder="Title, asset or INC-12"
      order={filters.value('state') === undefined ? 'Not closed, latest first' : 'Latest first'}
      actions={
        can('incidents:create') ? (
          <Button kind="primary" onClick={() => setOpening(true)}>
            Open an incident
          </Button>
        ) : undefined
      }
    >
      <Rows list={list} filters={filters} />
      {opening && <OpenDialog onClose={() => setOpening(false)} />}
    </ListScreen>
  );
}

function Rows({ list, filters }: { list: EndpointPages<Incident>; filters: ListFilters }) {
  const { can } = useSession();
  const acknowledge = useChange(acknowledgeIncident, {
    invalidates: touched,
    onDone: ({ number }) => toast({ text: `You look at INC-${number}` }),
    onRefused: (problem) => toast({ text: problem.message }),
  });
  const mayChange = can('incidents:update');
  return (
    <ListRows
      label="Incidents"
      list={list}
      filters={filters}
      noMatch="No incident matches"
      empty={<NoIncidents />}
      rowId={byId}
      rowName={byName}
      rowTo={pathOf}
      columns={columns}
      viewKey="incidents"
      rowKeys={[
        {
          keys: 'a',
          label: 'Acknowledge',
          run: (row) => mayChange && row.acknowledgedAt === null && void acknowledge.run({ id: row.id, version: row.version }),
        },
      ]}
      phone={(row) => <IncidentPhoneRow incident={row} />}
    />
  );
}

const columns: Column<Incident>[] = [
  { id: 'severity', head: 'Severity', headHidden: true, width: 46, cell: ({ severity }) => <SeverityShape severity={severity} /> },
  { id: 'number', head: 'Number', width: 78, hideUnder: 560, cell: ({ number }) => <span className="tabular-nums">INC-{number}</span> },
  {
    id: 'title',
    head: 'What is the matter',
    primary: true,
    cell: (row) => <TwoLines title={inertLine(row.title)} second={secondLine(row)} />,
  },
  {
    id: 'alerts',
    head: 'Alerts',
    width: 64,
    align: 'right',
    hideUnder: 760,
    cell: ({ alertCount }) => <span className="tabular-nums">{alertCount}</span>,
  },
  { id: 'owner', head: 'Owner', width: 150, hideUnder: 640, cell: ({ assigneeName }) => <Person name={assigneeName} /> },
  { id: 'state', head: 'State', width: 190, hideUnder: 480, cell: (row) => <StateCell row={row} /> },
  { id: 'opened', head: 'Opened', width: 84, align: 'right', cell: ({ openedAt }) => <RelativeTime at={openedAt} form="age" /> },
];

function secondLine({ category, assetName, source }: Incident): string {
  return [categoryWords(category), assetName === null ? null : inertLine(assetName), sourceWords(source)]
    .filter((part) => part !== null)
    .join(' · ');
}

function StateCell({ row }: { row: Incident }) {
  return (
    <span className="flex flex-wrap items-center gap-1.5">
      <IncidentStateBadge state={row.state} />
      {row.escalationLevel > 0 && row.acknowledgedAt === null && <Badge tone="critical">level {row.escalationLevel}</Badge>}
    </span>
  );
}

function IncidentPhoneRow({ incident }: { incident: Incident }) {
  return (
    <PhoneRow
      shape={<SeverityShape severity={incident.severity} />}
      title={inertLine(incident.title)}
      to={pathOf(incident)}
      figure={<RelativeTime at={incident.openedAt} form="age" />}
      reason={`INC-${incident.number} · ${secondLine(incident)}`}
      owner={<StateCell row={incident} />}
    />
  );
}

/** That none needs anybody is good news only where there ever was one. */
function NoIncidents() {
  const ever = useEndpoint(listIncidents, { state: incidentStates.join(','), limit: 1 });
  if (ever.data?.total === 0)
    return (
      <EmptyNote title="No incident yet" actions={<ButtonLink to="/incidents/on-call">See who would be called</ButtonLink>}>
        One opens when an alert is grave enough, or comes often enough; <TextLink to="/security-alerts">alerts</TextLink> below that wait in
        their own list. What nobody watches raises none.
      </EmptyNote>
    );
  return (
    <EmptyNote
      kind={ever.data === undefined ? 'nothing-yet' : 'all-clear'}
      title="No incident needs anybody"
      actions={<ButtonLink to="/incidents?state=closed">Show closed ones</ButtonLink>}
    >
      One opens when an alert is grave enough, or comes often enough;{' '}
      <TextLink to="/security-alerts">alerts below that wait in their own list</TextLink>. What nobody watches raises none.
    </EmptyNote>
  );
}

export default definePage({
  path: '/incidents',
  title: 'Incidents',
  permission: 'incidents:read',
  group: 'Respond',
  icon: 'siren',
  order: 2,
  Page: IncidentsPage,
});
