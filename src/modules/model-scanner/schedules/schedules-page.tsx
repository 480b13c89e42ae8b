/** Scans that come back by themselves: when each runs next, how the last one ended, changing and removing them. */

import { useState } from 'react';
import { useSession } from '../../../client/session.ts';
import { useChange } from '../../../client/use-change.ts';
import { useEndpointPages } from '../../../client/use-endpoint-pages.ts';
import { Button, TextLink } from '../../../ui/button.tsx';
import { definePage } from '../../../ui/define-page.ts';
import { inertLine } from '../../../ui/inert.ts';
import { ListRows, ListScreen } from '../../../ui/list-screen.tsx';
import { EmptyNote } from '../../../ui/loaded.tsx';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { VerdictChip } from '../../../ui/severity.tsx';
import { Shape } from '../../../ui/shape.tsx';
import { TwoLines } from '../../../ui/table-body.tsx';
import type { Column } from '../../../ui/table-column.ts';
import { PhoneRow } from '../../../ui/table-phone.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { listSchedules, removeSchedule, type Schedule, setSchedule } from '../contract.ts';
import { rhythmWords } from '../sources/source-words.tsx';
import { ScheduleDialog } from './schedule-dialog.tsx';

const byId = ({ id }: Schedule): string => id;
const byName = ({ target }: Schedule): string => inertLine(target, 200);

function SchedulesPage() {
  const { can } = useSession();
  const [editing, setEditing] = useState<Schedule | null>(null);
  const list = useEndpointPages(listSchedules, { limit: 50 }, { live: ['model-scanner.'] });
  const mayChange = can('model-scanner:create');
  return (
    <ListScreen
      title="Scheduled scans"
      path={[{ label: 'Model scanner', to: '/model-scanner' }]}
      subtitle="A run that was missed while nothing ran is caught up once."
      list={list}
      order="The next to run first"
    >
      <ListRows
        label="Schedules"
        list={list}
        empty={
          <EmptyNote title="Nothing is scheduled">
            Open a scan and choose “Schedule”: its source is then scanned again every day or week, and what is new raises vulnerabilities.
          </EmptyNote>
        }
        rowId={byId}
        rowName={byName}
        {...(mayChange ? { onOpen: setEditing } : {})}
        columns={columns(mayChange, setEditing)}
        viewKey="scan-schedules"
        phone={(schedule) => (
          <PhoneRow
            shape={<StateShape schedule={schedule} />}
            title={byName(schedule)}
            reason={rhythmWords(schedule)}
            owner={<LastScan schedule={schedule} />}
            due={<NextRun schedule={schedule} />}
            {...(mayChange ? { actions: <RowActions schedule={schedule} onEdit={setEditing} /> } : {})}
          />
        )}
      />
      {editing !== null && <ScheduleDialog source={editing.source} assetId={editing.assetId} onClose={() => setEditing(null)} />}
    </ListScreen>
  );
}

function columns(mayChange: boolean, onEdit: (schedule: Schedule) => void): Column<Schedule>[] {
  return [
    { id: 'state', head: 'State', headHidden: true, width: 44, cell: (schedule) => <StateShape schedule={schedule} /> },
    {
      id: 'target',
      head: 'What is scanned',
      primary: true,
      cell: (schedule) => <TwoLines title={byName(schedule).split('/').at(-1) || byName(schedule)} second={byName(schedule)} mono />,
    },
    { id: 'rhythm', head: 'How often', width: 300, cell: (schedule) => rhythmWords(schedule) },
    { id: 'next', head: 'Next run', width: 130, cell: (schedule) => <NextRun schedule={schedule} /> },
    { id: 'last', head: 'Last scan', width: 150, hideUnder: 860, cell: (schedule) => <LastScan schedule={schedule} /> },
    ...(mayChange
      ? [
          {
            id: 'actions',
            head: 'Actions',
            headHidden: true,
            width: 190,
            align: 'right' as const,
            cell: (schedule: Schedule) => <RowActions schedule={schedule} onEdit={onEdit} />,
          },
        ]
      : []),
  ];
}

function StateShape({ schedule }: { schedule: Schedule }) {
  return schedule.every === 'off' ? (
    <Shape name="on-hold" tone="ink-3" label="off" />
  ) : (
    <Shape name="in-progress" tone="accent" label="on" />
  );
}

function NextRun({ schedule: { nextRunAt } }: { schedule: Schedule }) {
  return nextRunAt === null ? <span className="text-ink-3">off</span> : <RelativeTime at={nextRunAt} />;
}

function LastScan({ schedule: { lastScanId, lastVerdict, lastRunAt } }: { schedule: Schedule }) {
  if (lastScanId === null) return <span className="text-ink-3">not run yet</span>;
  return (
    <span className="inline-flex items-center gap-2">
      {lastVerdict !== null && <VerdictChip verdict={lastVerdict} />}
      <TextLink to={`/model-scanner/${lastScanId}`}>
        <RelativeTime at={lastRunAt} form="age" />
      </TextLink>
    </span>
  );
}

function RowActions({ schedule, onEdit }: { schedule: Schedule; onEdit: (schedule: Schedule) => void }) {
  const back = useChange(setSchedule);
  const remove = useChange(removeSchedule, {
    onDone: ({ source, every, weekday, time, timeZone }) =>
      toast({ text: 'Schedule removed', undo: () => void back.run({ source, every, weekday, time, timeZone }) }),
  });
  const name = byName(schedule);
  return (
    <span className="inline-flex gap-1">
      <Button size="small" kind="quiet" aria-label={`Change the schedule of ${name}`} onClick={() => onEdit(schedule)}>
        Change
      </Button>
      <Button
        size="small"
        kind="quiet"
        aria-label={`Remove the schedule of ${name}`}
        busy={remove.isRunning && 'Removing…'}
        onClick={() => void remove.run({ id: schedule.id })}
      >
        Remove
      </Button>
    </span>
  );
}

export default definePage({
  path: '/model-scanner/schedules',
  title: 'Scheduled scans',
  permission: 'model-scanner:read',
  group: null,
  icon: 'file-search',
  order: 0,
  Page: SchedulesPage,
});
