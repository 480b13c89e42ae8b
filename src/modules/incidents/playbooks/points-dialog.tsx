/** Points outside of the platform that enforce quarantines: told by a signed webhook, and confirming. */
import { useState } from 'react';
import { useChange } from '../../../client/use-change.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { Button, TextLink } from '../../../ui/button.tsx';
import { Choice, TextLine } from '../../../ui/controls.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { inertLine } from '../../../ui/inert.ts';
import { Loaded, ProblemNote } from '../../../ui/loaded.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { addPoint, listPoints, removePoint } from '../contract.ts';
import { useDestinations } from '../escalation/people-choice.tsx';

const types = [
  { value: '', label: 'Every type' },
  { value: 'model', label: 'Models' },
  { value: 'dataset', label: 'Data sets' },
  { value: 'endpoint', label: 'Endpoints' },
  { value: 'agent', label: 'Agents' },
];

export function PointsDialog({ mayChange, onClose }: { mayChange: boolean; onClose: () => void }) {
  const answer = useEndpoint(listPoints, {});
  const remove = useChange(removePoint, { onDone: () => toast({ text: 'Removed the point' }) });
  return (
    <Dialog
      open
      onClose={onClose}
      title="Enforcement points"
      description="Each is told of a quarantine by its webhook and confirms it. The inventory and the screening of inputs are points by themselves."
    >
      <Loaded answer={answer} lines={2} empty={<p className="text-ink-2">None is registered.</p>}>
        {({ items }) => (
          <ul>
            {items.map(({ id, name, assetTypes }) => (
              <li key={id} className="flex flex-wrap items-center gap-2 border-b border-line py-1.5 last:border-b-0">
                <span className="min-w-0 flex-1 font-name">{inertLine(name)}</span>
                <span className="text-ink-2">{assetTypes.length === 0 ? 'every type' : assetTypes.join(', ')}</span>
                {mayChange && (
                  <Button size="small" kind="destructive" onClick={() => void remove.run({ id })}>
                    Remove
                  </Button>
                )}
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      {mayChange && <AddPoint />}
    </Dialog>
  );
}

function AddPoint() {
  const destinations = useDestinations();
  const [name, setName] = useState('');
  const [destination, setDestination] = useState('');
  const [type, setType] = useState('');
  const add = useChange(addPoint, {
    onDone: (point) => {
      toast({ text: `Registered ${point.name}` });
      setName('');
    },
  });
  if (destinations.length === 0)
    return (
      <p className="mt-3 text-ink-2">
        To register one, first add its webhook in <TextLink to="/notifications">notifications</TextLink>.
      </p>
    );
  const chosen = destination === '' ? (destinations[0]?.value ?? '') : destination;
  return (
    <div className="mt-4 grid gap-3">
      <TextLine label="Name" value={name} onChange={setName} plain />
      <Choice label="Webhook" value={chosen} choices={destinations} onChange={setDestination} />
      <Choice label="Asset types" value={type} choices={types} onChange={setType} />
      {add.problem !== null && <ProblemNote error={add.problem} />}
      <div>
        <Button
          busy={add.isRunning && 'Registering…'}
          disabled={name.trim() === ''}
          onClick={() => void add.run({ name, destinationId: chosen, assetTypes: type === '' ? [] : [type] })}
        >
          Register
        </Button>
      </div>
    </div>
  );
}
