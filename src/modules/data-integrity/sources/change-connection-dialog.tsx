/** Another password, another place, another authority: the name of a connection stays, sources use it. */
import { z } from 'zod';
import { useChange } from '../../../client/use-change.ts';
import { Dialog } from '../../../ui/dialog.tsx';
import { Form, PasswordField, SelectField, TextAreaField } from '../../../ui/form.tsx';
import { inertLine } from '../../../ui/inert.ts';
import { toast } from '../../../ui/toast-store.ts';
import { type Connection, changeConnection } from '../contract.ts';

const Draft = z
  .object({
    connectionString: z.string().max(4096),
    vouching: z.enum(['same', 'public', 'own']),
    certificateAuthority: z.string().max(65_536),
  })
  .refine(({ vouching, certificateAuthority }) => vouching !== 'own' || certificateAuthority.trim() !== '', {
    path: ['certificateAuthority'],
    message: 'The certificate of the authority is needed.',
  });
type Draft = z.infer<typeof Draft>;

/** Only what differs is sent: an address left empty is the one that is there. */
function changeOf({ connectionString, vouching, certificateAuthority }: Draft): {
  connectionString?: string;
  certificateAuthority?: string | null;
} {
  return {
    ...(connectionString.trim() === '' ? {} : { connectionString: connectionString.trim() }),
    ...(vouching === 'same' ? {} : { certificateAuthority: vouching === 'public' ? null : certificateAuthority }),
  };
}

export function ChangeConnectionDialog({ connection, onClose }: { connection: Connection; onClose: () => void }) {
  const { id, version, name, authorities } = connection;
  const change = useChange(changeConnection, {
    onDone: () => {
      toast({ text: `Changed ${name}` });
      onClose();
    },
  });
  const known = authorities.length === 0 ? 'the public authorities' : authorities.map(({ subject }) => subject).join('; ');
  const choices = [
    { value: 'same', label: `As now: ${inertLine(known, 100)}` },
    ...(authorities.length === 0 ? [] : [{ value: 'public', label: 'The public authorities' }]),
    { value: 'own', label: 'Another authority' },
  ];
  return (
    <Dialog open onClose={onClose} title={`Change ${inertLine(name, 80)}`} description="What is left as it is stays as it is.">
      <Form
        schema={Draft}
        initial={{ connectionString: '', vouching: 'same', certificateAuthority: '' }}
        onSubmit={(draft) => change.run({ id, version, ...changeOf(draft) })}
        problem={change.problem}
        submit="Save the change"
        onCancel={onClose}
      >
        {(form) => (
          <>
            <PasswordField
              name="connectionString"
              label="Address"
              autoComplete="new-password"
              help="Left empty, the address that is kept. postgresql://user:password@host:5432/database"
            />
            <SelectField name="vouching" label="Who vouches for the database" choices={choices} />
            {form.watch('vouching') === 'own' && (
              <TextAreaField
                name="certificateAuthority"
                label="Certificate authority, in PEM"
                help="From then on only this one."
                rows={5}
              />
            )}
          </>
        )}
      </Form>
    </Dialog>
  );
}
