/** Adds a passkey or security key: a name and a kind, then the browser asks. */
import { useState } from 'react';
import { z } from 'zod';
import { useChange } from '../../../client/use-change.ts';
import { isProblem } from '../../../contract/problem.ts';
import { Dialog } from '../../../ui/dialog.tsx';
import { Form, SelectField, TextField } from '../../../ui/form.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { addPasskey, PasskeyKind, PasskeyName, passkeyOptions } from '../contract.ts';
import { attestationFrom } from './ceremony.tsx';

const Draft = z.object({ name: PasskeyName, kind: PasskeyKind });
const kinds = [
  { value: 'passkey', label: 'Passkey: signs in alone, with finger, face or PIN' },
  { value: 'security-key', label: 'Security key: only after the password' },
];
type PasskeyDialogProps = { onClose: () => void; onCodes: (codes: readonly string[]) => void };

export function PasskeyDialog({ onClose, onCodes }: PasskeyDialogProps) {
  const [problem, setProblem] = useState<unknown>(null);
  const begin = useChange(passkeyOptions, { invalidates: [] });
  const add = useChange(addPasskey, {
    invalidates: ['identity', 'session'],
    onDone: ({ passkey, recoveryCodes }) => {
      toast({ text: `Added ${passkey.name}` });
      onClose();
      if (recoveryCodes !== null) onCodes(recoveryCodes);
    },
  });
  const submit = async ({ name, kind }: z.output<typeof Draft>) => {
    setProblem(null);
    const options = await begin.run({ kind });
    if (options === null) return;
    try {
      await add.run({ name, kind, response: await attestationFrom(options) });
    } catch (error) {
      if (!isProblem(error)) throw error;
      setProblem(error);
    }
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title="Add a passkey or security key"
      description="The browser asks where to keep it. The secret never leaves the device; this platform keeps the public half."
      width="narrow"
    >
      <Form
        schema={Draft}
        initial={{ name: '', kind: 'passkey' }}
        problem={problem ?? begin.problem ?? add.problem}
        submit="Add it"
        busy="Waiting for the browser…"
        onCancel={onClose}
        onSubmit={submit}
      >
        <TextField name="name" label="Name" help="So that you know it again: Work laptop, Blue key." autoComplete="off" />
        <SelectField name="kind" label="Kind" choices={kinds} />
      </Form>
    </Dialog>
  );
}
