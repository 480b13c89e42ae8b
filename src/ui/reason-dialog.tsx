/** What is decided is decided with a reason: one text, kept where the decision is kept. */
import type { ReactNode } from 'react';
import { z } from 'zod';
import { Dialog } from './dialog.tsx';
import { Form, TextAreaField } from './form.tsx';

type ReasonDialogProps = {
  title: string;
  description?: ReactNode;
  /** The answer: verb and object. */
  verb: string;
  busy?: string;
  label?: string;
  help?: string;
  /** Characters, without the blanks at both ends. */
  least?: number;
  most?: number;
  /** The server's refusal of the last try. */
  problem: unknown;
  onSubmit: (reason: string) => Promise<unknown>;
  onClose: () => void;
};

export function ReasonDialog(props: ReasonDialogProps) {
  const { title, description, verb, busy = 'Saving…', label = 'Reason', help, least = 3, most = 4000, problem, onSubmit, onClose } = props;
  const schema = z.object({ reason: z.string().trim().min(least, `At least ${least} characters`).max(most, `At most ${most} characters`) });
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
        <TextAreaField name="reason" label={label} rows={3} {...(help === undefined ? {} : { help })} />
      </Form>
    </Dialog>
  );
}
