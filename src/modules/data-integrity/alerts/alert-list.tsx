/** Alerts about data: what is wrong, how often it was seen, what somebody did about it. */

import { useMemo, useState } from 'react';
import { useSession } from '../../../client/session.ts';
import { useChange } from '../../../client/use-change.ts';
import { useEndpointPages } from '../../../client/use-endpoint-pages.ts';
import { Button } from '../../../ui/button.tsx';
import type { FilterField } from '../../../ui/filter.ts';
import { formatNumber } from '../../../ui/format.ts';
import { inertLine } from '../../../ui/inert.ts';
import { ListRows, ListTools } from '../../../ui/list-screen.tsx';
import { EmptyNote } from '../../../ui/loaded.tsx';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { SeverityShape } from '../../../ui/severity.tsx';
import { TwoLines } from '../../../ui/table-body.tsx';
import type { Column } from '../../../ui/table-column.ts';
import { PhoneRow } from '../../../ui/table-phone.tsx';
import { Badge } from '../../../ui/tag.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { useAskedFilters } from '../../../ui/use-asked-filters.ts';
import { alertKinds, changeDataAlert, type DataAlert, dataAlertStates, dataEnvironments, listDataAlerts } from '../contract.ts';
import { alertStateWords } from '../data-words.tsx';
import { AlertDialog } from './alert-dialog.tsx';

const choices = (values: readonly string[]) => values.map((value) => ({ value, label: value }));
const fields: readonly FilterField[] = [
  { key: 'state', label: 'state', kind: 'choice', choices: choices(dataAlertStates) },
  { key: 'severity', label: 'severity', kind: 'choice', choices: choices(['critical', 'high', 'medium', 'low', 'informational']) },
  { key: 'type', label: 'kind', kind: 'choice', choices: choices(alertKinds) },
  { key: 'environment', label: 'environment', kind: 'choice', choices: choices(dataEnvironments) },
];
const byId = ({ id }: DataAlert): string => id;
const byName = ({ title }: DataAlert): string => inertLine(title, 200);

/** @param assetId only the alerts of one table; left out: all. */
export function AlertList({ assetId }: { assetId?: string }) {
  const { can } = useSession();
  const filters = useAskedFilters(fields, listDataAlerts.input);
  const [opened, setOpened] = useState<DataAlert | null>(null);
  // Without a choice the list holds what still waits for somebody.
  const input = { limit: 50, state: 'open,acknowledged', ...filters.asked, ...(assetId === undefined ? {} : { asset_id: assetId }) };
  const list = useEndpointPages(listDataAlerts, input, { live: ['data-alert.'] });
  const acknowledge = useAcknowledge();
  const mayChange = can('data-quality:update');
  const columns = useMemo(() => columnsFor(mayChange ? acknowledge : null), [mayChange, acknowledge]);
  return (
    <>
      <ListTools
        list={list}
        filters={filters}
        order={filters.value('state') === undefined ? 'Open and acknowledged, last seen first' : 'Last seen first'}
      />
      <ListRows
        label="Alerts about data"
        list={list}
        filters={filters}
        noMatch="No alert matches"
        empty={
          <EmptyNote kind="all-clear" title="No open alert about data">
            An alert opens when a monitor finds something, and ends by itself after three runs that look and do not find it again.
          </EmptyNote>
        }
        rowId={byId}
        rowName={byName}
        columns={columns}
        viewKey="data-alerts"
        onOpen={setOpened}
        openId={opened?.id ?? null}
        rowKeys={[{ keys: 'a', label: 'Acknowledge', run: (row) => mayChange && row.state === 'open' && acknowledge(row) }]}
        phone={(row) => (
          <PhoneRow
            shape={<SeverityShape severity={row.severity} />}
            title={byName(row)}
            reason={inertLine(row.detail, 160)}
            owner={alertStateWords[row.state]}
            due={<RelativeTime at={row.lastSeenAt} form="age" />}
          />
        )}
      />
      {opened !== null && (
        <AlertDialog alert={list.rows.find(({ id }) => id === opened.id) ?? opened} mayChange={mayChange} onClose={() => setOpened(null)} />
      )}
    </>
  );
}

function useAcknowledge(): (alert: DataAlert) => void {
  const back = useChange(changeDataAlert);
  const change = useChange(changeDataAlert, {
    onDone: (after) =>
      toast({ text: `Acknowledged: ${byName(after)}`, undo: () => void back.run({ alertId: after.id, action: 'reopen' }) }),
    onRefused: ({ message }) => toast({ text: message }),
  });
  return ({ id, version }) => void change.run({ alertId: id, version, action: 'acknowledge' });
}

function columnsFor(acknowledge: ((alert: DataAlert) => void) | null): readonly Column<DataAlert>[] {
  return [
    { id: 'severity', head: 'Severity', headHidden: true, width: 46, cell: ({ severity }) => <SeverityShape severity={severity} /> },
    { id: 'at', head: 'Last seen', width: 96, cell: ({ lastSeenAt }) => <RelativeTime at={lastSeenAt} form="age" /> },
    {
      id: 'title',
      head: 'What is wrong',
      primary: true,
      cell: (alert) => <TwoLines title={byName(alert)} second={inertLine(alert.detail, 200)} />,
    },
    {
      id: 'count',
      head: 'Runs',
      width: 64,
      align: 'right',
      hideUnder: 600,
      cell: ({ count }) => <span className="tabular-nums">{formatNumber(count)}</span>,
    },
    { id: 'state', head: 'State', width: 150, hideUnder: 520, cell: (alert) => <StateOf alert={alert} /> },
    {
      id: 'act',
      head: 'Acknowledge',
      headHidden: true,
      width: 118,
      align: 'right',
      hideUnder: 700,
      cell: (alert) =>
        alert.state === 'open' && acknowledge !== null ? (
          <Button size="small" onClick={() => acknowledge(alert)}>
            Acknowledge
          </Button>
        ) : null,
    },
  ];
}

export function StateOf({ alert }: { alert: DataAlert }) {
  if (alert.state === 'open') return <Badge tone="accent">Open</Badge>;
  if (alert.state === 'muted')
    return (
      <span className="text-ink-2">
        muted, ends <RelativeTime at={alert.mutedUntil} />
      </span>
    );
  return <span className="text-ink-2">{alertStateWords[alert.state].toLowerCase()}</span>;
}
