/** Another role for a person: says what each is for, and offers only roles within one's own reach. */
import { z } from 'zod';
import { useSession } from '../../../client/session.ts';
import { useChange } from '../../../client/use-change.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { Role } from '../../../contract/permission.ts';
import { Dialog } from '../../../ui/dialog.tsx';
import { Form, SelectField } from '../../../ui/form.tsx';
import { Loaded } from '../../../ui/loaded.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { changeUser, type PermissionMatrix, readPermissions, type User } from '../contract.ts';
import { roleChoices, roleWord } from './role-words.tsx';

const Choice = z.object({ role: Role });

export function RoleDialog({ user, onClose }: { user: User | null; onClose: () => void }) {
  const matrix = useEndpoint(readPermissions, {});
  const change = useChange(changeUser, {
    onDone: (changed) => {
      toast({ text: `${changed.name} is now ${roleWord(changed.role)}` });
      onClose();
    },
  });
  const close = () => {
    change.reset();
    onClose();
  };
  return (
    <Dialog
      open={user !== null}
      onClose={close}
      title={`Role of ${user?.name ?? ''}`}
      description="Holds from their next request on."
      width="narrow"
    >
      <Loaded answer={matrix}>
        {(loaded) =>
          user === null ? null : (
            <Form
              schema={Choice}
              initial={{ role: user.role }}
              problem={change.problem}
              submit="Change the role"
              busy="Changing…"
              onCancel={close}
              onSubmit={({ role }) => change.run({ id: user.id, role })}
            >
              {(form) => <ReachableRoles matrix={loaded} chosen={form.watch('role')} />}
            </Form>
          )
        }
      </Loaded>
    </Dialog>
  );
}

/** A select of the roles whose permissions the reader has too; the server holds to the same rule. Under it, what the chosen one is for. */
export function ReachableRoles({ matrix, chosen }: { matrix: PermissionMatrix; chosen: Role }) {
  const { can } = useSession();
  const isInReach = (role: Role) =>
    matrix.resources.every(({ resource, grants }) => grants[role].every((act) => can(`${resource}:${act}`)));
  const choices = roleChoices.filter(({ value }) => isInReach(value));
  const help = matrix.roles.find(({ role }) => role === chosen)?.worksWith;
  return <SelectField name="role" label="Role" choices={choices} help={help} />;
}
