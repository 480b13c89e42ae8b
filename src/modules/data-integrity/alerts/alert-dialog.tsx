/** One alert about data: what was measured, since when, and what may be done. */
import { useState } from 'react';
import { type Change, useChange } from '../../../client/use-change.ts';
import { Button, TextLink } from '../../../ui/button.tsx';
import { Choice, TextLine } from '../../../ui/controls.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { FieldList } from '../../../ui/field-list.tsx';
import { formatMeasured, plural } from '../../../ui/format.ts';
import { inertLine } from '../../../ui/inert.ts';
import { InertText } from '../../../ui/inert-text.tsx';
import { ProblemNote } from '../../../ui/loaded.tsx';
import { FullTime, RelativeTime } from '../../../ui/relative-time.tsx';
import { SeverityWord } from '../../../ui/severity.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { changeDataAlert, type DataAlert } from '../contract.ts';
import { alertStateWords, assessmentPlace, tablePlace } from '../data-words.tsx';

const hours = [
  { value: '1', label: 'One hour' },
  { value: '24', label: 'One day' },
  { value: '168', label: 'One week' },
  { value: '720', label: '30 days' },
];
type Action = 'acknowledge' | 'mute' | 'reopen' | 'resolve';

export function AlertDialog({ alert, mayChange, onClose }: { alert: DataAlert; mayChange: boolean; onClose: () => void }) {
  const [note, setNote] = useState('');
  const [muteFor, setMuteFor] = useState('24');
  const change = useChange(changeDataAlert, {
    onDone: (after) => {
      toast({ text: `${alertStateWords[after.state]}: ${inertLine(after.title, 120)}` });
      onClose();
    },
  });
  const act = (action: Action): void => {
    const until = new Date(Date.now() + Number(muteFor) * 3_600_000).toISOString();
    void change.run({
      alertId: alert.id,
      version: alert.version,
      action,
      ...(action === 'mute' ? { until } : {}),
      ...(note.trim() === '' ? {} : { note: note.trim() }),
    });
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={inertLine(alert.title, 200)}
      description={<InertText text={alert.detail} limit={1000} />}
      actions={mayChange ? <Actions alert={alert} act={act} change={change} /> : <Button onClick={onClose}>Close</Button>}
    >
      <FieldList labelWidth={120} fields={factsOf(alert)} />
      <p className="mt-3 flex flex-wrap gap-4">
        <TextLink to={tablePlace(alert.assetId)}>The table</TextLink>
        {alert.assessmentId !== null && <TextLink to={assessmentPlace(alert.assessmentId)}>The assessment that found it last</TextLink>}
      </p>
      {mayChange && alert.state !== 'resolved' && (
        <div className="mt-4 grid gap-3 tablet:grid-cols-[1fr_160px]">
          <TextLine plain label="Note" value={note} onChange={setNote} help="Kept with the alert and in the audit log." />
          <Choice label="When muted, for" value={muteFor} choices={hours} onChange={setMuteFor} />
        </div>
      )}
      {change.problem !== null && <ProblemNote error={change.problem} />}
    </Dialog>
  );
}

function factsOf(alert: DataAlert) {
  return [
    { label: 'Severity', value: <SeverityWord severity={alert.severity} /> },
    { label: 'State', value: alertStateWords[alert.state] },
    ...(alert.column === null ? [] : [{ label: 'Column', value: <InertText className="mono" text={alert.column} limit={200} /> }]),
    { label: 'Measured', value: alert.value === null ? null : formatMeasured(alert.value), reason: 'no single number' },
    { label: 'Threshold', value: alert.threshold === null ? null : formatMeasured(alert.threshold), reason: 'none' },
    { label: 'Seen', value: `in ${plural(alert.count, 'run')}, then ${plural(alert.goodRuns, 'good run')} of three that end it` },
    { label: 'First seen', value: <FullTime at={alert.firstSeenAt} /> },
    { label: 'Last seen', value: <RelativeTime at={alert.lastSeenAt} /> },
    ...(alert.note === '' ? [] : [{ label: 'Note', value: <InertText text={alert.note} limit={2000} /> }]),
  ];
}

type ActionsProps = { alert: DataAlert; act: (action: Action) => void; change: Change<typeof changeDataAlert> };
function Actions({ alert, act, change: { isRunning } }: ActionsProps) {
  if (alert.state === 'resolved')
    return <span className="mr-auto text-ink-2">It opens again by itself when the same thing is found again.</span>;
  return (
    <>
      {alert.state === 'open' ? (
        <Button disabled={isRunning} onClick={() => act('mute')}>
          Mute
        </Button>
      ) : (
        <Button disabled={isRunning} onClick={() => act('reopen')}>
          Open again
        </Button>
      )}
      <Button disabled={isRunning} onClick={() => act('resolve')}>
        Resolve
      </Button>
      {alert.state !== 'acknowledged' && (
        <Button kind="primary" busy={isRunning && 'Saving…'} onClick={() => act('acknowledge')}>
          Acknowledge
        </Button>
      )}
    </>
  );
}
