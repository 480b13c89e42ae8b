/** Deciding to live with a finding for a while: why, who answers for it, and until when. */
import { z } from 'zod';
import { useSession } from '../../../client/session.ts';
import { useChange } from '../../../client/use-change.ts';
import { Dialog } from '../../../ui/dialog.tsx';
import { Form, TextAreaField, TextField } from '../../../ui/form.tsx';
import { inertLine } from '../../../ui/inert.ts';
import { toast } from '../../../ui/toast-store.ts';
import { liftSuppression, longestSuppressionDays, type StoredFinding, SuppressionDraft, suppressFinding } from '../contract.ts';

export const touchedBySuppression = ['model-scanner', 'vulnerabilities', 'risk', 'dashboard'];
const Draft = SuppressionDraft.omit({ finding: true }).extend({ expires: z.iso.date('Choose a day.') });
const usualDays = 90;

export function dayFromNow(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
}

export function SuppressDialog({ finding, onClose }: { finding: StoredFinding; onClose: () => void }) {
  const { user } = useSession();
  const lift = useChange(liftSuppression, { invalidates: touchedBySuppression });
  const suppress = useChange(suppressFinding, {
    invalidates: touchedBySuppression,
    onDone: (made) => {
      toast({ text: `Suppressed until ${made.expires}`, undo: () => void lift.run({ id: made.id }) });
      onClose();
    },
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title="Suppress this finding"
      description={`${inertLine(finding.title, 200)}. It stays in every report, marked as suppressed, and raises no vulnerability until the day you choose.`}
    >
      <Form
        schema={Draft}
        initial={{ reason: '', owner: user?.name ?? '', expires: dayFromNow(usualDays) }}
        onSubmit={(draft) => suppress.run({ ...draft, finding: finding.id })}
        problem={suppress.problem}
        submit="Suppress the finding"
        busy="Suppressing…"
        onCancel={onClose}
      >
        <TextAreaField
          name="reason"
          label="Why it is no problem here"
          help="Ten characters or more; whoever reads the audit log sees it."
        />
        <TextField name="owner" label="Who answers for it" />
        <TextField
          name="expires"
          label="Last day"
          type="date"
          help={`At most ${longestSuppressionDays} days from now; then it counts again.`}
        />
      </Form>
    </Dialog>
  );
}
