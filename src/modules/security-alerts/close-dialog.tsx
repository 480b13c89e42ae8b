/** Closing an alert needs a cause: it is what the next one learns from. */
import { z } from 'zod';
import { useChange } from '../../client/use-change.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { Form, SelectField, TextAreaField } from '../../ui/form.tsx';
import { toast } from '../../ui/toast-store.ts';
import { causeWords } from './alert-words.tsx';
import { CloseCause, changeAlert, closeCauses, type SecurityAlert } from './contract.ts';

const Draft = z.object({ cause: CloseCause, note: z.string().trim().max(4000) });

export function CloseDialog({ alert, onClose }: { alert: SecurityAlert; onClose: () => void }) {
  const touched = ['security-alerts', 'dashboard'];
  const back = useChange(changeAlert, { invalidates: touched });
  const change = useChange(changeAlert, {
    invalidates: touched,
    onDone: (after) => {
      toast({ text: 'Closed the alert', undo: () => void back.run({ id: after.id, version: after.version, state: 'new' }) });
      onClose();
    },
  });
  return (
    <Dialog open onClose={onClose} title="Close the alert" description={alert.title}>
      <Form
        schema={Draft}
        initial={{ cause: 'true-positive', note: alert.note }}
        onSubmit={({ cause, note }) => change.run({ id: alert.id, version: alert.version, state: 'closed', cause, note })}
        problem={change.problem}
        submit="Close the alert"
        busy="Closing…"
        onCancel={onClose}
      >
        <SelectField name="cause" label="Cause" choices={closeCauses.map((value) => ({ value, label: causeWords[value] }))} />
        <TextAreaField name="note" label="Note" rows={3} />
      </Form>
    </Dialog>
  );
}
