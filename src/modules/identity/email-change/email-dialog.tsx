/** Gives somebody another e-mail address, for whoever manages people. */
import { z } from 'zod';
import { useChange } from '../../../client/use-change.ts';
import { Dialog } from '../../../ui/dialog.tsx';
import { Form, TextField } from '../../../ui/form.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { changeEmailOf, type User } from '../contract.ts';

const Address = z.object({ email: changeEmailOf.input.shape.email });

export function EmailDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const change = useChange(changeEmailOf, {
    onDone: ({ name, email }) => {
      toast({ text: `${name} now has the address ${email}` });
      onClose();
    },
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title={`E-mail address of ${user.name}`}
      description={`Now ${user.email}. The new one counts at once: they sign in with it, and links to a new password go there. Be sure that it is theirs.`}
      width="narrow"
    >
      <Form
        schema={Address}
        initial={{ email: '' }}
        problem={change.problem}
        submit="Change the address"
        busy="Changing…"
        onCancel={onClose}
        onSubmit={({ email }) => change.run({ id: user.id, email })}
      >
        <TextField
          name="email"
          label="New e-mail"
          type="email"
          inputMode="email"
          autoComplete="off"
          spellCheck={false}
          autoFocus
          help="Ends all their sessions and tokens. Both addresses are told where this installation sends mail."
        />
      </Form>
    </Dialog>
  );
}
