/** How often a source is scanned: off, daily or weekly, at a time of a place. */
import { useState } from 'react';
import { useChange } from '../../../client/use-change.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { Button } from '../../../ui/button.tsx';
import { Choice, TextLine } from '../../../ui/controls.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { inertLine } from '../../../ui/inert.ts';
import { Loaded, ProblemNote } from '../../../ui/loaded.tsx';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { listSchedules, type ScanSource, type Schedule, setSchedule, sourceLabel } from '../contract.ts';
import { rhythmWords, weekdays } from '../sources/source-words.tsx';

type ScheduleDialogProps = { source: ScanSource; assetId?: string | null; onClose: () => void };

export function ScheduleDialog({ source, assetId, onClose }: ScheduleDialogProps) {
  const target = sourceLabel(source);
  const known = useEndpoint(listSchedules, { target, limit: 1 });
  return (
    <Loaded answer={known} lines={2} isEmpty={() => false}>
      {({ items }) => <ScheduleForm source={source} assetId={assetId ?? null} schedule={items[0] ?? null} onClose={onClose} />}
    </Loaded>
  );
}

const quarters = Array.from({ length: 96 }, (_, at) => {
  const time = `${String(Math.floor(at / 4)).padStart(2, '0')}:${String((at % 4) * 15).padStart(2, '0')}`;
  return { value: time, label: time };
});
const rhythms = [
  { value: 'off', label: 'Off' },
  { value: 'daily', label: 'Every day' },
  { value: 'weekly', label: 'Every week' },
];

type FormProps = { source: ScanSource; assetId: string | null; schedule: Schedule | null; onClose: () => void };
function ScheduleForm({ source, assetId, schedule, onClose }: FormProps) {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const [every, setEvery] = useState<Schedule['every']>(schedule?.every ?? 'daily');
  const [weekday, setWeekday] = useState(String(schedule?.weekday ?? 1));
  const [time, setTime] = useState(schedule?.time ?? '02:00');
  const [timeZone, setTimeZone] = useState(schedule?.timeZone ?? own);
  const back = useChange(setSchedule);
  const save = useChange(setSchedule, {
    onDone: (after) => {
      const undo = schedule === null ? undefined : () => void back.run({ source, ...rhythmOf(schedule) });
      toast({
        text: after.every === 'off' ? 'Schedule is off' : `Scheduled: ${rhythmWords(after)}`,
        ...(undo === undefined ? {} : { undo }),
      });
      onClose();
    },
  });
  const draft = { every, weekday: Number(weekday), time, timeZone };
  return (
    <Dialog
      open
      width="normal"
      onClose={onClose}
      title="Scan on a schedule"
      description={inertLine(sourceLabel(source), 200)}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            kind="primary"
            busy={save.isRunning && 'Saving…'}
            onClick={() => void save.run({ source, ...(assetId === null ? {} : { assetId }), ...draft })}
          >
            Save the schedule
          </Button>
        </>
      }
    >
      <div className="grid gap-4 tablet:grid-cols-2">
        <Choice label="How often" value={every} choices={rhythms} onChange={(value) => setEvery(value as Schedule['every'])} />
        {every === 'weekly' && (
          <Choice label="Day" value={weekday} choices={weekdays.map((label, at) => ({ value: String(at), label }))} onChange={setWeekday} />
        )}
        {every !== 'off' && <Choice label="Time" value={time} choices={quarters} onChange={setTime} />}
        {every !== 'off' && (
          <TextLine label="Time zone" value={timeZone} onChange={setTimeZone} list={['UTC', own]} help="As in UTC or Europe/Oslo." />
        )}
      </div>
      <NextWords draft={draft} nextRunAt={schedule?.nextRunAt ?? null} />
      {save.problem !== null && <ProblemNote error={save.problem} />}
    </Dialog>
  );
}

function NextWords({ draft, nextRunAt }: { draft: Parameters<typeof rhythmWords>[0]; nextRunAt: string | null }) {
  return (
    <p className="mt-3 text-ink-2">
      {draft.every === 'off' ? 'It is scanned only when somebody asks.' : `${rhythmWords(draft)}. A run that was missed is caught up once.`}
      {nextRunAt !== null && (
        <>
          {' '}
          As saved, the next run is <RelativeTime at={nextRunAt} />.
        </>
      )}
    </p>
  );
}

function rhythmOf({ every, weekday, time, timeZone }: Schedule) {
  return { every, weekday, time, timeZone };
}
