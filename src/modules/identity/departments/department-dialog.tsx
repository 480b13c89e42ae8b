/** The department of a person, for whoever manages people. */
import { z } from 'zod';
import { useChange } from '../../../client/use-change.ts';
import { Dialog } from '../../../ui/dialog.tsx';
import { Form, TextField } from '../../../ui/form.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { changeUser, Department, type User } from '../contract.ts';

/** As a field: empty is none. */
export const DepartmentText = z.union([z.string().trim().length(0), Department]);
const Draft = z.object({ department: DepartmentText });

export function DepartmentDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const change = useChange(changeUser, {
    onDone: ({ name, department }) => {
      toast({ text: department === null ? `${name} has no department now` : `${name} is now of ${department}` });
      onClose();
    },
  });
  return (
    <Dialog open onClose={onClose} title={`Department of ${user.name}`} description="Holds from their next request on." width="narrow">
      <Form
        schema={Draft}
        initial={{ department: user.department ?? '' }}
        problem={change.problem}
        submit="Change the department"
        busy="Changing…"
        onCancel={onClose}
        onSubmit={({ department }) => change.run({ id: user.id, department: department === '' ? null : department })}
      >
        <TextField
          name="department"
          label="Department"
          autoComplete="off"
          autoFocus
          help="As the assets say it. Empty for none. Where the workspace says so, an engineer changes only assets of this department."
        />
      </Form>
    </Dialog>
  );
}
