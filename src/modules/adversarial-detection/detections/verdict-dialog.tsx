/** A person says whether a detection was right; statistics learn from it. */
import { z } from 'zod';
import { useChange } from '../../../client/use-change.ts';
import { Severity, severities } from '../../../contract/severity.ts';
import { Dialog } from '../../../ui/dialog.tsx';
import { Form, SelectField, TextAreaField } from '../../../ui/form.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { type Detection, decideDetection, verdictWords } from '../contract.ts';

const Draft = z.object({ verdict: z.enum(verdictWords), severity: Severity, reason: z.string().trim().min(3, 'Say why.').max(2000) });
const words = { confirmed: 'Confirmed: an attack', 'false-positive': 'A false positive' } as const;

export function VerdictDialog({ detection, onClose }: { detection: Detection; onClose: () => void }) {
  const change = useChange(decideDetection, {
    invalidates: ['adversarial-detection'],
    onDone: () => {
      toast({ text: 'The verdict is kept' });
      onClose();
    },
  });
  return (
    <Dialog open onClose={onClose} title="Confirm or contest" description="The severity as detected stays for the statistics.">
      <Form
        schema={Draft}
        initial={{ verdict: detection.verdict.verdict ?? 'confirmed', severity: detection.severity ?? 'low', reason: '' }}
        onSubmit={({ verdict, severity, reason }) =>
          change.run({ id: detection.id, version: detection.version, verdict, severity, reason })
        }
        problem={change.problem}
        submit="Keep the verdict"
        busy="Keeping…"
        onCancel={onClose}
      >
        <SelectField name="verdict" label="Verdict" choices={verdictWords.map((value) => ({ value, label: words[value] }))} />
        <SelectField name="severity" label="Severity" choices={severities.map((value) => ({ value, label: value }))} />
        <TextAreaField name="reason" label="Why" rows={3} />
      </Form>
    </Dialog>
  );
}
