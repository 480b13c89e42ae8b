/** Who looks at an alert. */
import { z } from 'zod';
import { useSession } from '../../client/session.ts';
import { useChange } from '../../client/use-change.ts';
import { useEndpoint } from '../../client/use-endpoint.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { Form, SelectField } from '../../ui/form.tsx';
import { toast } from '../../ui/toast-store.ts';
import { listUsers } from '../identity/contract.ts';
import { changeAlert, type SecurityAlert } from './contract.ts';

const Draft = z.object({ assignee: z.string() });
const touched = ['security-alerts', 'dashboard'];

/** Those who can be seen; who may see nobody can still choose themselves. */
function usePeople(): { value: string; label: string }[] {
  const { user, can } = useSession();
  const list = useEndpoint(listUsers, { active: true, limit: 200 }, { enabled: can('users:read') });
  const others = (list.data?.items ?? []).filter(({ id }) => id !== user?.id).map(({ id, name }) => ({ value: id, label: name }));
  return user === null ? others : [{ value: user.id, label: `${user.name} (you)` }, ...others];
}

export function AssignDialog({ alert, onClose }: { alert: SecurityAlert; onClose: () => void }) {
  const { user } = useSession();
  const people = usePeople();
  const back = useChange(changeAlert, { invalidates: touched });
  const change = useChange(changeAlert, {
    invalidates: touched,
    onDone: (after) => {
      toast({
        text: after.assigneeName === null ? 'Assigned to nobody' : `Assigned to ${after.assigneeName}`,
        undo: () => void back.run({ id: after.id, version: after.version, assigneeId: alert.assigneeId }),
      });
      onClose();
    },
  });
  return (
    <Dialog open onClose={onClose} title="Assign the alert" description={alert.title} width="narrow">
      <Form
        schema={Draft}
        initial={{ assignee: alert.assigneeId ?? user?.id ?? '' }}
        onSubmit={({ assignee }) => change.run({ id: alert.id, version: alert.version, assigneeId: assignee === '' ? null : assignee })}
        problem={change.problem}
        submit="Assign"
        busy="Assigning…"
        onCancel={onClose}
      >
        <SelectField name="assignee" label="Person" none="Nobody" choices={people} />
      </Form>
    </Dialog>
  );
}
