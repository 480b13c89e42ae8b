/** Opening an incident by hand. */
import { useLocation } from 'wouter';
import { z } from 'zod';
import { useChange } from '../../../client/use-change.ts';
import { Dialog } from '../../../ui/dialog.tsx';
import { Form, SelectField, TextAreaField, TextField } from '../../../ui/form.tsx';
import { openIncident } from '../contract.ts';
import { categoryWords, touched } from './incident-words.tsx';

const severities = ['critical', 'high', 'medium', 'low', 'informational'] as const;
const categories = [
  'general',
  'model-evasion',
  'data-poisoning',
  'extraction',
  'membership-inference',
  'malicious-artefact',
  'vulnerability',
];
const Draft = z.object({
  title: z.string().trim().min(3, 'At least 3 characters').max(300),
  severity: z.enum(severities),
  category: z.string().min(1),
  summary: z.string().max(8000),
});

export function OpenDialog({ onClose }: { onClose: () => void }) {
  const [, go] = useLocation();
  const change = useChange(openIncident, { invalidates: touched, onDone: ({ id }) => go(`/incidents/${id}`) });
  return (
    <Dialog
      open
      onClose={onClose}
      title="Open an incident"
      description="For what no alert says. Alerts open one by themselves when they are grave enough."
    >
      <Form
        schema={Draft}
        initial={{ title: '', severity: 'high', category: 'general', summary: '' }}
        onSubmit={(draft) => change.run(draft)}
        problem={change.problem}
        submit="Open the incident"
        busy="Opening…"
        onCancel={onClose}
      >
        <TextField name="title" label="What is the matter" />
        <SelectField name="severity" label="Severity" choices={severities.map((value) => ({ value, label: categoryWords(value) }))} />
        <SelectField name="category" label="Kind" choices={categories.map((value) => ({ value, label: categoryWords(value) }))} />
        <TextAreaField name="summary" label="What we know" rows={3} />
      </Form>
    </Dialog>
  );
}
