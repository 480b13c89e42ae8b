/** Sends a range again: what was not delivered while something was broken. */
import { useState } from 'react';
import { useChange } from '../../../client/use-change.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { Button } from '../../../ui/button.tsx';
import { Choice } from '../../../ui/controls.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { plural } from '../../../ui/format.ts';
import { inertLine } from '../../../ui/inert.ts';
import { ProblemNote } from '../../../ui/loaded.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { listDestinations, replayDeliveries } from '../contract.ts';

const hourMs = 3_600_000;
const spans = [
  { value: '1', label: 'the last hour' },
  { value: '6', label: 'the last 6 hours' },
  { value: '24', label: 'the last 24 hours' },
  { value: '168', label: 'the last 7 days' },
];
const states = [
  { value: 'dead', label: 'Not delivered' },
  { value: 'sent', label: 'Sent, not confirmed' },
  { value: 'acknowledged', label: 'Acknowledged' },
] as const;

export function ReplayDialog({ destination, onClose }: { destination: string | null; onClose: () => void }) {
  const [place, setPlace] = useState(destination ?? '');
  const [state, setState] = useState<(typeof states)[number]['value']>('dead');
  const [hours, setHours] = useState('24');
  const known = useEndpoint(listDestinations, { limit: 200 });
  const replay = useChange(replayDeliveries, {
    onDone: ({ replayed, complete }) => {
      toast({ text: `${plural(replayed, 'message')} queued again${complete ? '' : '; there are more, replay again'}` });
      onClose();
    },
  });
  const run = (): void => {
    const now = Date.now();
    const range = { from: new Date(now - Number(hours) * hourMs).toISOString(), to: new Date(now).toISOString() };
    void replay.run({ state, ...range, ...(place === '' ? {} : { destination: place }) });
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title="Replay a range"
      description="Each goes again under the id it had: a receiver that saw it can drop the copy. Digests go as one message."
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" busy={replay.isRunning && 'Queueing…'} onClick={run}>
            Replay them
          </Button>
        </>
      }
    >
      <div className="grid gap-4">
        <Choice label="Made in" value={hours} choices={spans} onChange={setHours} />
        <Choice
          label="That are"
          value={state}
          choices={states}
          onChange={(next) => setState(states.find(({ value }) => value === next)?.value ?? 'dead')}
        />
        <Choice
          label="To"
          value={place}
          choices={[
            { value: '', label: 'every destination' },
            ...(known.data?.items ?? []).map(({ id, name }) => ({ value: id, label: inertLine(name, 60) })),
          ]}
          onChange={setPlace}
        />
      </div>
      {replay.problem !== null && <ProblemNote error={replay.problem} />}
    </Dialog>
  );
}
