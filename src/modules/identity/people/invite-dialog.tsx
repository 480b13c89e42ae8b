/** Invites somebody: the link is shown once and given to them by whatever way one trusts. */
import { useState } from 'react';
import { useChange } from '../../../client/use-change.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import type { OutputOf } from '../../../contract/endpoint.ts';
import { Role } from '../../../contract/permission.ts';
import { Button } from '../../../ui/button.tsx';
import { CopyButton } from '../../../ui/copy-button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { Form, TextField } from '../../../ui/form.tsx';
import { CodeBlock } from '../../../ui/inert-text.tsx';
import { Loaded } from '../../../ui/loaded.tsx';
import { FullTime } from '../../../ui/relative-time.tsx';
import { inviteUser, readPermissions } from '../contract.ts';
import { DepartmentText } from '../departments/department-dialog.tsx';
import { ReachableRoles } from './role-dialog.tsx';
import { roleWord } from './role-words.tsx';

const Draft = inviteUser.input.extend({ department: DepartmentText });
type Made = OutputOf<typeof inviteUser>;

export function InviteDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const [made, setMade] = useState<Made | null>(null);
  const change = useChange(inviteUser, { onDone: setMade });
  const close = () => {
    setMade(null);
    change.reset();
    onClose();
  };
  return (
    <Dialog
      open={open}
      onClose={close}
      title={made === null ? 'Invite somebody' : 'The invitation link'}
      description={
        made === null
          ? 'Makes a link that works once, for 7 days. You pass it on.'
          : 'Shown this once. Whoever opens it first registers with it.'
      }
      actions={
        made === null ? undefined : (
          <Button kind="primary" onClick={close}>
            Done
          </Button>
        )
      }
    >
      {made === null ? <InviteForm change={change} onCancel={close} /> : <MadeLink made={made} />}
    </Dialog>
  );
}

function InviteForm({ change, onCancel }: { change: ReturnType<typeof useChange<typeof inviteUser>>; onCancel: () => void }) {
  const matrix = useEndpoint(readPermissions, {});
  return (
    <Loaded answer={matrix}>
      {(loaded) => (
        <Form
          schema={Draft}
          initial={{ email: '', role: 'analyst', department: '' }}
          problem={change.problem}
          submit="Make the link"
          busy="Making…"
          onCancel={onCancel}
          onSubmit={({ department, ...draft }) => change.run({ ...draft, department: department === '' ? null : department })}
        >
          {(form) => (
            <>
              <TextField name="email" label="Their e-mail" type="email" inputMode="email" autoComplete="off" spellCheck={false} autoFocus />
              <ReachableRoles matrix={loaded} chosen={Role.catch('analyst').parse(form.watch('role'))} />
              <TextField name="department" label="Department" autoComplete="off" help="Optional." />
            </>
          )}
        </Form>
      )}
    </Loaded>
  );
}

function MadeLink({ made }: { made: Made }) {
  const link = `${window.location.origin}${made.path}`;
  return (
    <div className="grid gap-3">
      <CodeBlock text={link} label="Invitation link" />
      <div className="flex items-center gap-3">
        <CopyButton text={link} label="Copy the link" />
        <span className="text-ink-2">
          For {made.email} as {roleWord(made.role)}, until <FullTime at={made.expiresAt} />.
        </span>
      </div>
    </div>
  );
}
