/** Claiming: somebody answers for what was found. One asset or many; refusals are listed by reason. */
import { useState } from 'react';
import { z } from 'zod';
import { useSession } from '../../../client/session.ts';
import { useChange } from '../../../client/use-change.ts';
import { Dialog } from '../../../ui/dialog.tsx';
import { Form, SelectField, TextField } from '../../../ui/form.tsx';
import { plural } from '../../../ui/format.ts';
import { toast } from '../../../ui/toast-store.ts';
import { claimAssets, criticalities, environments } from '../contract.ts';

const ClaimForm = z.object({
  owner: z.string().trim().min(1, 'Say who answers for it.').max(120),
  environment: z.enum(['', ...environments]),
  criticality: z.enum(['', ...criticalities]),
});

type ClaimDialogProps = { ids: readonly string[]; name?: string | undefined; onClose: () => void; onClaimed?: () => void };

export function ClaimDialog({ ids, name, onClose, onClaimed }: ClaimDialogProps) {
  const { user } = useSession();
  const [refused, setRefused] = useState<readonly { id: string; reason: string }[]>([]);
  const claim = useChange(claimAssets, { invalidates: ['ai-assets', 'discovery', 'dashboard'] });
  const run = async ({ owner, environment, criticality }: z.output<typeof ClaimForm>): Promise<void> => {
    const given = { ...(environment === '' ? {} : { environment }), ...(criticality === '' ? {} : { criticality }) };
    const done = await claim.run({ ids: [...ids], owner, ...given });
    if (done === null) return;
    if (done.claimed.length > 0) toast({ text: `Claimed ${plural(done.claimed.length, 'asset')} for ${owner}` });
    setRefused(done.refused);
    onClaimed?.();
    if (done.refused.length === 0) onClose();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={name === undefined ? `Claim ${plural(ids.length, 'asset')}` : `Claim ${name}`}
      description="It joins the inventory with an owner; its findings then have somebody to go to."
    >
      <Form
        schema={ClaimForm}
        initial={{ owner: user?.name ?? '', environment: '', criticality: '' }}
        onSubmit={run}
        problem={claim.problem}
        submit="Claim"
        busy="Claiming…"
        onCancel={onClose}
      >
        <TextField name="owner" label="Owner" help="Person or team." />
        <SelectField
          name="environment"
          label="Environment"
          none="unknown"
          choices={environments.map((value) => ({ value, label: value }))}
        />
        <SelectField
          name="criticality"
          label="Business impact if it fails"
          none="unknown"
          choices={criticalities.map((value) => ({ value, label: value }))}
        />
      </Form>
      {refused.length > 0 && (
        <ul role="alert" className="mt-3 list-disc pl-4 text-ink-2">
          {refused.map(({ id, reason }) => (
            <li key={id}>{reason}</li>
          ))}
        </ul>
      )}
    </Dialog>
  );
}
