/** One's own passkeys and security keys: name, last use, rename, remove. */
import { Ellipsis, KeyRound, Usb } from 'lucide-react';
import { useState } from 'react';
import { useChange } from '../../../client/use-change.ts';
import { IconButton } from '../../../ui/button.tsx';
import { Confirm } from '../../../ui/confirm.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { Form, TextField } from '../../../ui/form.tsx';
import { plural } from '../../../ui/format.ts';
import { InertText } from '../../../ui/inert-text.tsx';
import { Menu } from '../../../ui/menu.tsx';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { type Passkey, removePasskey, renamePasskey } from '../contract.ts';

const kindWords = { passkey: 'Passkey, signs in alone', 'security-key': 'Security key, second factor' } as const;

export function PasskeyList({ passkeys }: { passkeys: readonly Passkey[] }) {
  const [naming, setNaming] = useState<Passkey | null>(null);
  const [removing, setRemoving] = useState<Passkey | null>(null);
  return (
    <>
      <ul>
        {passkeys.map((passkey) => (
          <PasskeyRow key={passkey.id} passkey={passkey} onName={setNaming} onRemove={setRemoving} />
        ))}
      </ul>
      {naming !== null && <NameDialog passkey={naming} onClose={() => setNaming(null)} />}
      {removing !== null && <RemoveConfirm passkey={removing} onClose={() => setRemoving(null)} />}
    </>
  );
}

type PasskeyRowProps = { passkey: Passkey; onName: (passkey: Passkey) => void; onRemove: (passkey: Passkey) => void };
function PasskeyRow({ passkey, onName, onRemove }: PasskeyRowProps) {
  const Icon = passkey.kind === 'passkey' ? KeyRound : Usb;
  return (
    <li className="flex items-center gap-3 border-b border-line py-2 last:border-b-0">
      <Icon size={16} aria-hidden="true" className="flex-none text-ink-3" />
      <div className="min-w-0 flex-1">
        <p className="font-name">
          <InertText text={passkey.name} limit={80} />
        </p>
        <p className="text-ink-2">
          {kindWords[passkey.kind]}
          {passkey.backedUp ? ', kept on several devices' : ', bound to one device'}, added <RelativeTime at={passkey.createdAt} />, used{' '}
          <RelativeTime at={passkey.lastUsedAt} />
        </p>
      </div>
      <Menu
        trigger={<IconButton icon={Ellipsis} label={`Actions for ${passkey.name}`} />}
        items={[
          { label: 'Rename…', run: () => onName(passkey) },
          { label: 'Remove…', destructive: true, run: () => onRemove(passkey) },
        ]}
      />
    </li>
  );
}

const Name = renamePasskey.input.pick({ name: true });
function NameDialog({ passkey, onClose }: { passkey: Passkey; onClose: () => void }) {
  const rename = useChange(renamePasskey, { onDone: onClose });
  return (
    <Dialog open onClose={onClose} title={`Rename ${passkey.name}`} width="narrow">
      <Form
        schema={Name}
        initial={{ name: passkey.name }}
        problem={rename.problem}
        submit="Rename"
        onCancel={onClose}
        onSubmit={({ name }) => rename.run({ id: passkey.id, name })}
      >
        <TextField name="name" label="Name" autoComplete="off" />
      </Form>
    </Dialog>
  );
}

function RemoveConfirm({ passkey, onClose }: { passkey: Passkey; onClose: () => void }) {
  const remove = useChange(removePasskey, {
    invalidates: ['identity', 'session'],
    onDone: ({ ended }) => {
      toast({ text: `Removed ${passkey.name}, ended ${plural(ended, 'other session')}` });
      onClose();
    },
    onRefused: (problem) => {
      toast({ text: problem.message });
      onClose();
    },
  });
  return (
    <Confirm
      open
      onClose={onClose}
      title={`Remove ${passkey.name}`}
      effect="It opens your account no longer, and your other sessions end. Take it out of the device's own list too."
      verb="Remove"
      busy={remove.isRunning ? 'Removing…' : false}
      onConfirm={() => void remove.run({ id: passkey.id })}
    />
  );
}
