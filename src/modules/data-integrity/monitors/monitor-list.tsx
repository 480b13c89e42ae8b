/** Monitors: what each watches, how it went last, when it runs next; run, stop, change, remove. */

import { useState } from 'react';
import { useLocation } from 'wouter';
import { useSession } from '../../../client/session.ts';
import { useChange } from '../../../client/use-change.ts';
import { useEndpointPages } from '../../../client/use-endpoint-pages.ts';
import { Button, TextLink } from '../../../ui/button.tsx';
import { formatNumber, plural } from '../../../ui/format.ts';
import { inertLine } from '../../../ui/inert.ts';
import { ListRows, ListTools } from '../../../ui/list-screen.tsx';
import { EmptyNote } from '../../../ui/loaded.tsx';
import { Menu } from '../../../ui/menu.tsx';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { TwoLines } from '../../../ui/table-body.tsx';
import type { Column } from '../../../ui/table-column.ts';
import { PhoneRow } from '../../../ui/table-phone.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { changeMonitor, listMonitors, type Monitor, removeMonitor, runMonitor } from '../contract.ts';
import { assessmentPlace, healthMeaning, MeaningShape, MeaningWord, rhythmWords, tablePlace } from '../data-words.tsx';
import { MonitorDialog } from './monitor-dialog.tsx';

const byId = ({ id }: Monitor): string => id;
const byName = ({ name }: Monitor): string => inertLine(name, 200);
const placeOf = ({ assetId }: Monitor): string => `${tablePlace(assetId)}?tab=monitors`;

/** @param assetId only the monitors of one table; left out: all. */
export function MonitorList({ assetId }: { assetId?: string }) {
  const { can } = useSession();
  const [editing, setEditing] = useState<Monitor | null>(null);
  const [isAdding, setAdding] = useState(false);
  const list = useEndpointPages(
    listMonitors,
    { limit: 50, ...(assetId === undefined ? {} : { asset_id: assetId }) },
    { live: ['data-monitor.', 'data-assessment.'] },
  );
  const mayChange = can('data-quality:update');
  return (
    <>
      <ListTools
        list={list}
        order="Newest first"
        besideOrder={
          assetId !== undefined &&
          can('data-quality:create') && (
            <Button size="small" onClick={() => setAdding(true)}>
              Add a monitor
            </Button>
          )
        }
      />
      <ListRows
        label="Monitors"
        list={list}
        empty={<NoMonitors ofOne={assetId !== undefined} />}
        rowId={byId}
        rowName={byName}
        {...(assetId === undefined ? { rowTo: placeOf } : {})}
        columns={columnsFor(mayChange, setEditing)}
        viewKey="data-monitors"
        phone={(row) => (
          <PhoneRow
            shape={<MeaningShape meaning={healthMeaning(row.health)} />}
            title={byName(row)}
            to={placeOf(row)}
            reason={row.enabled ? rhythmWords(row) : 'switched off'}
            owner={<LastRun monitor={row} />}
            due={row.openAlerts > 0 ? `${formatNumber(row.openAlerts)} open` : ''}
            {...(mayChange ? { actions: <Actions monitor={row} onEdit={setEditing} /> } : {})}
          />
        )}
      />
      {editing !== null && <MonitorDialog assetId={editing.assetId} monitor={editing} onClose={() => setEditing(null)} />}
      {isAdding && assetId !== undefined && <MonitorDialog assetId={assetId} monitor={null} onClose={() => setAdding(false)} />}
    </>
  );
}

function NoMonitors({ ofOne }: { ofOne: boolean }) {
  return (
    <EmptyNote title="Nothing is watched yet">
      {ofOne
        ? 'Add a monitor: the table is then looked at by the clock, and what changes raises an alert.'
        : 'Open a data set of the inventory, check its table, and add a monitor there: it is then looked at by the clock, and what changes raises an alert.'}
    </EmptyNote>
  );
}

function columnsFor(mayChange: boolean, onEdit: (monitor: Monitor) => void): readonly Column<Monitor>[] {
  return [
    { id: 'health', head: 'Health', width: 170, cell: ({ health }) => <MeaningWord meaning={healthMeaning(health)} /> },
    {
      id: 'name',
      head: 'Monitor',
      primary: true,
      cell: (row) => <TwoLines title={byName(row)} second={`${row.environment} · ${inertLine(row.sourceLabel, 200)}`} />,
    },
    {
      id: 'every',
      head: 'Runs',
      width: 220,
      hideUnder: 720,
      cell: (row) => (row.enabled ? <Rhythm monitor={row} /> : <span className="text-ink-3">switched off</span>),
    },
    {
      id: 'alerts',
      head: 'Open alerts',
      width: 100,
      align: 'right',
      hideUnder: 620,
      cell: ({ openAlerts }) => (
        <span className={openAlerts > 0 ? 'font-strong tabular-nums' : 'text-ink-3 tabular-nums'}>{formatNumber(openAlerts)}</span>
      ),
    },
    { id: 'last', head: 'Last run', width: 130, hideUnder: 560, cell: (row) => <LastRun monitor={row} /> },
    {
      id: 'next',
      head: 'Next run',
      width: 120,
      hideUnder: 860,
      cell: (row) => <NextRun monitor={row} />,
    },
    ...(mayChange
      ? [
          {
            id: 'act',
            head: 'Actions',
            headHidden: true,
            width: 150,
            align: 'right' as const,
            cell: (row: Monitor) => <Actions monitor={row} onEdit={onEdit} />,
          },
        ]
      : []),
  ];
}

function Rhythm({ monitor }: { monitor: Monitor }) {
  const { destinations } = monitor;
  return (
    <span className="text-ink-2">
      {rhythmWords(monitor)}
      {destinations.length > 0 && <span className="block text-label text-ink-3">tells {plural(destinations.length, 'destination')}</span>}
    </span>
  );
}

function NextRun({ monitor: { nextRunAt, changedAt, onChange, enabled } }: { monitor: Monitor }) {
  if (changedAt !== null) return <span>it changed: soon</span>;
  if (nextRunAt !== null) return <RelativeTime at={nextRunAt} />;
  return <span className="text-ink-3">{enabled && onChange ? 'on change' : 'none'}</span>;
}

function LastRun({ monitor: { lastRunAt, lastAssessmentId, runningAssessmentId } }: { monitor: Monitor }) {
  if (runningAssessmentId !== null) return <TextLink to={assessmentPlace(runningAssessmentId)}>running now</TextLink>;
  if (lastRunAt === null || lastAssessmentId === null) return <span className="text-ink-3">not run yet</span>;
  return (
    <TextLink to={assessmentPlace(lastAssessmentId)}>
      <RelativeTime at={lastRunAt} />
    </TextLink>
  );
}

function Actions({ monitor, onEdit }: { monitor: Monitor; onEdit: (monitor: Monitor) => void }) {
  const { can } = useSession();
  const [, navigate] = useLocation();
  const run = useChange(runMonitor, {
    onDone: ({ id }) => toast({ text: `Running ${byName(monitor)}`, action: { label: 'Open', run: () => navigate(assessmentPlace(id)) } }),
    onRefused: ({ message }) => toast({ text: message }),
  });
  const change = useChange(changeMonitor, { onRefused: ({ message }) => toast({ text: message }) });
  const remove = useChange(removeMonitor, {
    onDone: () => toast({ text: `No longer watching ${byName(monitor)}` }),
    onRefused: ({ message }) => toast({ text: message }),
  });
  const flip = (enabled: boolean): void => {
    void change.run({ id: monitor.id, enabled }).then((after) => {
      if (after === null) return;
      const text = enabled ? `Watching ${byName(after)}` : `Stopped watching ${byName(after)}`;
      toast({ text, undo: () => void change.run({ id: after.id, enabled: !enabled }) });
    });
  };
  return (
    <span className="inline-flex gap-1">
      {can('data-quality:create') && (
        <Button
          size="small"
          aria-label={`Run now: ${byName(monitor)}`}
          busy={(run.isRunning || monitor.runningAssessmentId !== null) && 'Running…'}
          onClick={() => void run.run({ id: monitor.id })}
        >
          Run now
        </Button>
      )}
      <Menu
        align="end"
        trigger={
          <Button size="small" kind="quiet" aria-label={`More of ${byName(monitor)}`}>
            More
          </Button>
        }
        items={[
          { label: 'Change…', run: () => onEdit(monitor) },
          { label: monitor.enabled ? 'Switch off' : 'Switch on', run: () => flip(!monitor.enabled) },
          { kind: 'line' },
          { label: 'Remove', destructive: true, run: () => void remove.run({ id: monitor.id }) },
        ]}
      />
    </span>
  );
}
