/** Where a guard sends inputs: whoever changes that must prove who they are. */
import { z } from 'zod';
import { useChange } from '../../../client/use-change.ts';
import { ChangedElsewhere, useOpened } from '../../../ui/changed-elsewhere.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { Form, TextField } from '../../../ui/form.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { changeGuardUpstream, type Guard } from '../contract.ts';

const Draft = z.object({ upstream: z.string().trim().min(1, 'Where is the model?'), token: z.string().trim() });

/** @param guard as it is now */
export function UpstreamDialog({ guard: latest, onClose }: { guard: Guard; onClose: () => void }) {
  const opened = useOpened(latest, true);
  const guard = opened.record;
  const change = useChange(changeGuardUpstream, {
    invalidates: ['adversarial-detection'],
    onDone: ({ name }) => {
      toast({ text: `${name} asks another address` });
      onClose();
    },
  });
  return (
    <Dialog open onClose={onClose} title={`Where ${guard.name} sends inputs`} description="At another host a token must be entered again.">
      <ChangedElsewhere what="guard" opened={opened} isSaving={change.isRunning} />
      <Form
        key={guard.version}
        schema={Draft}
        initial={{ upstream: guard.upstream, token: '' }}
        onSubmit={({ upstream, token }) =>
          change.run({ id: guard.id, version: guard.version, upstream, ...(token === '' ? {} : { token }) })
        }
        problem={change.problem}
        submit="Save the address"
        onCancel={onClose}
      >
        <TextField name="upstream" label="Address of the model" mono spellCheck={false} />
        <TextField
          name="token"
          label="Token for it"
          type="password"
          autoComplete="off"
          help={guard.hasToken ? 'Empty: the present one stays.' : 'Empty: none.'}
        />
      </Form>
    </Dialog>
  );
}
