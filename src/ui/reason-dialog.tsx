/** What is decided is decided with a reason: it stands in the timeline and the audit log. */
import { z } from 'zod';
import type { Problem } from '../../../contract/problem.ts';
import { Dialog } from '../../../ui/dialog.tsx';
import { Form, TextAreaField } from '../../../ui/form.tsx';

type ReasonDialogProps = {
  title: string;
  description?: string;
  verb: string;
  busy?: string;
  least?: number;
  problem: Problem | null;
  onSubmit: (reason: string) => Promise<unknown>;
  onClose: () => void;
};

export function ReasonDialog({ title, description, verb, busy = 'Saving…', least = 3, problem, onSubmit, onClose }: ReasonDialogProps) {
  const schema = z.object({ reason: z.string().trim().min(least, `At least ${least} characters`).max(4000) });
  return (
    <Dialog open onClose={onClose} title={title} {...(description === undefined ? {} : { description })} width="narrow">
      <Form
        schema={schema}
        initial={{ reason: '' }}
        onSubmit={({ reason }) => onSubmit(reason)}
        problem={problem}
        submit={verb}
        busy={busy}
        onCancel={onClose}
      >
        <TextAreaField name="reason" label="Reason" rows={3} />
      </Form>
    </Dialog>
  );
}
