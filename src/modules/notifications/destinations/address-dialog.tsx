/** Where a destination delivers to, and what opens it: made, and changed. */
import { useState } from 'react';
import { useChange } from '../../../client/use-change.ts';
import { Button } from '../../../ui/button.tsx';
import { ChangedElsewhere, type Opened, useOpened } from '../../../ui/changed-elsewhere.tsx';
import { Choice } from '../../../ui/controls.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { Form, TextField } from '../../../ui/form.tsx';
import { inertLine } from '../../../ui/inert.ts';
import { toast } from '../../../ui/toast-store.ts';
import { Address, addDestination, type Channel, changeAddress, changeDestination, channels, type Destination } from '../contract.ts';
import { channelWords } from '../notification-words.tsx';
import { AddressFields, type FilledAddress, newSigningSecret, schemaOf, startOf } from './address-form.tsx';

const choices = channels.map((value) => ({ value, label: channelWords[value] }));
const says: Readonly<Record<Channel, string>> = {
  slack: 'A message with its five lines in one Slack channel. Slack says whether it took it.',
  email: 'Text and HTML under TLS, in one thread for each incident. The server takes it on; nobody says whether it was read.',
  pagerduty: 'An event that opens, acknowledges and resolves an incident there under one key.',
  sms: 'At most two segments, with a link. Twilio says later whether the telephone has it.',
  webhook: 'A signed request for a machine, as of Standard Webhooks. Any 2xx is taken for an acknowledgement.',
};

type Props = { destination: Destination | null; onClose: () => void; onMade: (made: Destination) => void };

/** @param destination as it is now; null: a new one */
export function AddressDialog({ destination: latest, onClose, onMade }: Props) {
  const opened = useOpened(latest, true);
  const destination = opened.record;
  const [channel, setChannel] = useState<Channel>(destination?.channel ?? 'slack');
  const isNew = destination === null;
  return (
    <Dialog
      open
      onClose={onClose}
      title={isNew ? 'Add a destination' : `Change where ${inertLine(destination.name, 60)} delivers to`}
      description={says[channel]}
    >
      {isNew && (
        <div className="mb-4">
          <Choice
            label="Channel"
            value={channel}
            choices={choices}
            onChange={(next) => setChannel(channels.find((one) => one === next) ?? channel)}
          />
        </div>
      )}
      <AddressForm key={`${channel} ${destination?.version}`} channel={channel} {...{ destination, opened, onClose, onMade }} />
    </Dialog>
  );
}

type FormProps = Props & { channel: Channel; opened: Pick<Opened<unknown>, 'isBehind' | 'takeLatest'> };
function AddressForm({ channel, opened, destination, onClose, onMade }: FormProps) {
  const { save, problem, isSaving } = useSave({ destination, onClose, onMade });
  const isNew = destination === null;
  return (
    <Form
      schema={schemaOf(channel, isNew)}
      initial={startOf(channel, destination)}
      onSubmit={save}
      problem={problem}
      submit={isNew ? 'Add the destination' : 'Save the address'}
      busy="Saving…"
      onCancel={onClose}
    >
      {(form) => (
        <>
          <ChangedElsewhere what="destination" opened={opened} isSaving={isSaving} />
          <TextField name="name" label="Name" help="As people call it: SOC channel, on-call phone." />
          <AddressFields channel={channel} isNew={isNew} />
          {channel === 'webhook' && (
            <Button onClick={() => form.setValue('signingSecret', newSigningSecret(), { shouldDirty: true })}>
              {isNew ? 'Make a signing secret' : 'Make a new signing secret; the present one signs beside it for 24 h'}
            </Button>
          )}
        </>
      )}
    </Form>
  );
}

/** The name is no secret and has a door of its own. */
function useSave({ destination, onClose, onMade }: Props) {
  const add = useChange(addDestination, {
    onDone: (made) => {
      toast({ text: `Added ${inertLine(made.name, 80)}. Test it before a rule sends there.` });
      onMade(made);
    },
  });
  const rename = useChange(changeDestination);
  const change = useChange(changeAddress);
  // Set when the address is saved and its name was refused: the next try builds on one's own save.
  const [ownVersion, setOwnVersion] = useState<number | null>(null);
  const save = async ({ name, address }: FilledAddress): Promise<void> => {
    if (destination === null) {
      const whole = Address.safeParse(address);
      if (whole.success) await add.run({ name, address: whole.data });
      return;
    }
    const after = await change.run({ id: destination.id, version: ownVersion ?? destination.version, address });
    if (after === null) return;
    setOwnVersion(after.version);
    if (name !== destination.name && (await rename.run({ id: after.id, version: after.version, name })) === null) return;
    toast({ text: `Saved ${inertLine(name, 80)}` });
    onClose();
  };
  return {
    save,
    problem: add.problem ?? change.problem ?? rename.problem,
    isSaving: change.isRunning || rename.isRunning || ownVersion !== null,
  };
}
