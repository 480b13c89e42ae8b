/** When a destination wants to be left alone, and how much it takes. */
import { useState } from 'react';
import { useChange } from '../../../client/use-change.ts';
import { Button } from '../../../ui/button.tsx';
import { ChangedElsewhere, type Opened, useOpened } from '../../../ui/changed-elsewhere.tsx';
import { CheckLine, TextLine } from '../../../ui/controls.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { inertLine } from '../../../ui/inert.ts';
import { ProblemNote } from '../../../ui/loaded.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { changeDestination, type Destination } from '../contract.ts';
import { HoursFields, nightHours } from './hours-fields.tsx';

/** @param destination as it is now */
export function LimitsDialog({ destination, onClose }: { destination: Destination; onClose: () => void }) {
  const opened = useOpened(destination, true);
  return <LimitsFields key={opened.record.version} opened={opened} onClose={onClose} />;
}

function LimitsFields({ opened, onClose }: { opened: Opened<Destination>; onClose: () => void }) {
  const destination = opened.record;
  const [quiet, setQuiet] = useState(destination.quiet);
  const [coalesce, setCoalesce] = useState(destination.storm.coalesce);
  const [perMinute, setPerMinute] = useState(String(destination.storm.perMinute));
  const [burst, setBurst] = useState(String(destination.storm.burst));
  const change = useChange(changeDestination, {
    onDone: () => {
      toast({ text: `Saved ${inertLine(destination.name, 80)}` });
      onClose();
    },
  });
  const storm = { coalesce, perMinute: Number(perMinute), burst: Number(burst) };
  const save = (): void => void change.run({ id: destination.id, version: destination.version, quiet, storm });
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Hours and limits of ${inertLine(destination.name, 60)}`}
      description="Nothing is dropped: what waits is sent later, or together. What is critical never waits for quiet hours."
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" busy={change.isRunning && 'Saving…'} onClick={save}>
            Save hours and limits
          </Button>
        </>
      }
    >
      <ChangedElsewhere what="destination" opened={opened} isSaving={change.isRunning} />
      <div className="grid gap-5">
        <HoursFields words="Quiet hours: only what is critical gets through" value={quiet} start={nightHours} onChange={setQuiet} />
        <div className="grid gap-3">
          <CheckLine checked={coalesce} onChange={setCoalesce}>
            Put repeats, and what is over the limit, together into one message
          </CheckLine>
          <div className="grid grid-cols-2 gap-3">
            <TextLine plain label="Messages a minute" value={perMinute} onChange={setPerMinute} />
            <TextLine plain label="At once after a quiet time" value={burst} onChange={setBurst} />
          </div>
        </div>
      </div>
      {change.problem !== null && <ProblemNote error={change.problem} />}
    </Dialog>
  );
}
