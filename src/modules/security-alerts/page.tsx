/** The feed of alerts: latest first, new ones wait behind a count, `a` says that you look at it. */

import { useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import { useSession } from '../../client/session.ts';
import { type Change as ChangeOf, useChange } from '../../client/use-change.ts';
import { useEndpoint } from '../../client/use-endpoint.ts';
import { type EndpointPages, useEndpointPages } from '../../client/use-endpoint-pages.ts';
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
import { type PeekState, usePeek } from '../../ui/use-peek.ts';
import { AlertPeek } from './alert-peek.tsx';
import { stateWords } from './alert-words.tsx';
import { AssignDialog } from './assign-dialog.tsx';
import { CloseDialog } from './close-dialog.tsx';
import { acknowledgeAlert, changeAlert, listAlerts, type SecurityAlert, sourceTitle } from './contract.ts';

const choices = (values: readonly string[]) => values.map((value) => ({ value, label: value }));
const fields: readonly FilterField[] = [
  { key: 'state', label: 'state', kind: 'choice', choices: choices(['new', 'acknowledged', 'closed']) },
  { key: 'severity', label: 'severity', kind: 'choice', choices: choices(['critical', 'high', 'medium', 'low', 'informational']) },
  { key: 'category', label: 'kind', kind: 'text' },
  { key: 'source', label: 'source', kind: 'text' },
];
const byId = (alert: SecurityAlert): string => alert.id;
const byName = (alert: SecurityAlert): string => inertLine(alert.title);
const liveEvents = ['alert.'];

function AlertsPage() {
  const filters = useAskedFilters(fields, listAlerts.input);
  // Without a choice the feed holds what still waits for somebody.
  const list = useEndpointPages(listAlerts, { state: 'new,acknowledged', ...filters.asked, limit: 50 }, { live: liveEvents });
  const peek = usePeek(list);
  const [closing, setClosing] = useState<SecurityAlert | null>(null);
  const [assigning, setAssigning] = useState<SecurityAlert | null>(null);
  const acknowledge = useAcknowledge();
  return (
    <ListScreen
      title="Alerts"
      list={list}
      filters={filters}
      placeholder="Title, asset or number"
      order={filters.value('state') === undefined ? 'Not closed, latest first' : 'Latest first'}
      peek={
        peek.id === null ? null : (
          <AlertPeek
            id={peek.id}
            {...peek.placing}
            onAcknowledge={(alert) => void acknowledge(alert)}
            onEnd={setClosing}
            onAssign={setAssigning}
          />
        )
      }
    >
      <Feed list={list} filters={filters} peek={peek} onAcknowledge={acknowledge} onEnd={setClosing} onAssign={setAssigning} />
      {assigning !== null && <AssignDialog alert={assigning} onClose={() => setAssigning(null)} />}
      {closing !== null && <CloseDialog alert={closing} onClose={() => setClosing(null)} />}
    </ListScreen>
  );
}

type FeedProps = {
  list: EndpointPages<SecurityAlert>;
  filters: ListFilters;
  peek: PeekState<SecurityAlert>;
  onAcknowledge: (alert: SecurityAlert) => Promise<unknown>;
  onEnd: (alert: SecurityAlert) => void;
  onAssign: (alert: SecurityAlert) => void;
};

function Feed({ list, filters, peek, onAcknowledge, onEnd, onAssign }: FeedProps) {
  const { can } = useSession();
  const [, go] = useLocation();
  const mayChange = can('security-alerts:update');
  const columns = useMemo(() => columnsFor(mayChange ? onAcknowledge : null), [mayChange, onAcknowledge]);
  return (
    <ListRows
      label="Alerts"
      list={list}
      filters={filters}
      noMatch="No alert matches"
      empty={<NoAlerts />}
      rowId={byId}
      rowName={byName}
      columns={columns}
      viewKey="security-alerts"
      peek={peek}
      rowKeys={[
        { keys: 'a', label: 'Acknowledge', run: (row) => mayChange && row.state === 'new' && void onAcknowledge(row) },
        { keys: 'e', label: 'Assign', run: (row) => mayChange && onAssign(row) },
        { keys: 'i', label: 'To the incident', run: (row) => row.incidentId !== null && go(`/incidents/${row.incidentId}`) },
        { keys: 's', label: 'Close', run: (row) => mayChange && row.state !== 'closed' && onEnd(row) },
      ]}
      phone={(row) => <AlertPhoneRow alert={row} />}
    />
  );
}

const touched = ['security-alerts', 'dashboard'];
function useAcknowledge(): (alert: SecurityAlert) => Promise<unknown> {
  const back: ChangeOf<typeof changeAlert> = useChange(changeAlert, { invalidates: touched });
  const change = useChange(acknowledgeAlert, {
    invalidates: touched,
    onDone: (after) =>
      toast({
        text: `Acknowledged: ${inertLine(after.title)}`,
        undo: () => void back.run({ id: after.id, version: after.version, state: 'new' }),
      }),
    onRefused: (problem) => toast({ text: problem.message }),
  });
  return ({ id, version }) => change.run({ id, version });
}

function columnsFor(acknowledge: ((alert: SecurityAlert) => Promise<unknown>) | null): Column<SecurityAlert>[] {
  return [
    { id: 'severity', head: 'Severity', headHidden: true, width: 46, cell: ({ severity }) => <SeverityShape severity={severity} /> },
    { id: 'at', head: 'When', width: 84, cell: ({ lastAt }) => <RelativeTime at={lastAt} form="age" /> },
    {
      id: 'title',
      head: 'What is happening',
      primary: true,
      cell: (alert) => <TwoLines title={inertLine(alert.title)} second={secondLine(alert)} />,
    },
    {
      id: 'count',
      head: 'Times',
      width: 58,
      align: 'right',
      hideUnder: 560,
      cell: ({ count }) => <span className="tabular-nums">{count}</span>,
    },
    { id: 'state', head: 'State', width: 170, hideUnder: 480, cell: (alert) => <StateCell alert={alert} /> },
    {
      id: 'incident',
      head: 'Incident',
      width: 84,
      hideUnder: 760,
      cell: ({ incidentId, incidentNumber }) =>
        incidentId === null ? null : <TextLink to={`/incidents/${incidentId}`}>INC-{incidentNumber}</TextLink>,
    },
    { id: 'owner', head: 'Owner', width: 130, hideUnder: 980, cell: ({ assigneeName }) => assigneeName ?? '' },
    {
      id: 'act',
      head: 'Acknowledge',
      headHidden: true,
      width: 118,
      align: 'right',
      hideUnder: 640,
      cell: (alert) =>
        alert.state === 'new' && acknowledge !== null ? (
          <Button size="small" onClick={() => void acknowledge(alert)}>
            Acknowledge
          </Button>
        ) : null,
    },
  ];
}

function secondLine({ assetName, vulnerabilityNumber, source }: SecurityAlert): string {
  return [assetName === null ? null : inertLine(assetName), vulnerabilityNumber, inertLine(sourceTitle(source), 80)]
    .filter((part) => part !== null)
    .join(' · ');
}

function StateCell({ alert }: { alert: SecurityAlert }) {
  if (alert.state === 'new') return <Badge tone="accent">New</Badge>;
  const name = alert.state === 'closed' ? alert.closedByName : alert.acknowledgedByName;
  return (
    <span className="block truncate text-ink-2">
      {stateWords[alert.state]}
      {name !== null && `, ${name}`}
    </span>
  );
}

function AlertPhoneRow({ alert }: { alert: SecurityAlert }) {
  return (
    <PhoneRow
      shape={<SeverityShape severity={alert.severity} />}
      title={inertLine(alert.title)}
      to={`/security-alerts?peek=${alert.id}`}
      figure={<RelativeTime at={alert.lastAt} form="age" />}
      reason={secondLine(alert)}
      owner={<StateCell alert={alert} />}
      due={alert.count > 1 ? <span className="text-ink-3">{alert.count} times</span> : undefined}
    />
  );
}

/** That nothing waits is good news only where something was ever looked at. */
function NoAlerts() {
  const { can } = useSession();
  const ever = useEndpoint(listAlerts, { state: 'new,acknowledged,closed', limit: 1 });
  if (ever.data?.total === 0)
    return (
      <EmptyNote
        title="No alert was raised yet"
        actions={can('discovery:create') ? <ButtonLink to="/discovery">Discover a folder</ButtonLink> : undefined}
      >
        Critical vulnerabilities, attacks on models and what is found in an artefact raise one the moment they are seen. What nobody scans
        or watches raises none: <TextLink to="/">the dashboard says what is not covered</TextLink>.
      </EmptyNote>
    );
  return (
    <EmptyNote
      kind={ever.data === undefined ? 'nothing-yet' : 'all-clear'}
      title="No alert waits"
      actions={<ButtonLink to="/security-alerts?state=closed">Show closed ones</ButtonLink>}
    >
      Critical vulnerabilities, attacks on models and what is found in an artefact raise one the moment they are seen. What nobody scans or
      watches raises none: <TextLink to="/">the dashboard says what is not covered</TextLink>.
    </EmptyNote>
  );
}

export default definePage({
  path: '/security-alerts',
  title: 'Alerts',
  permission: 'security-alerts:read',
  group: 'Respond',
  icon: 'bell',
  order: 1,
  Page: AlertsPage,
});
