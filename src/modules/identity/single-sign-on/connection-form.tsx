/** What was copied from the provider. The secret goes in and is never shown again. */
import { z } from 'zod';
import { useChange } from '../../../client/use-change.ts';
import { Form, PasswordField, SelectField, TextField } from '../../../ui/form.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { changeSignInProvider, ProviderDraft, Reach, type SignInProvider } from '../contract.ts';
import { MetadataImport } from './metadata-import.tsx';
import { SaveLine } from './save-line.tsx';
import { SettingsFields, TypedSettings, typedOf } from './settings-fields.tsx';

export const secretText = z.string().max(2000);
export const reachChoices: { value: z.output<typeof Reach>; label: string }[] = [
  { value: 'public', label: 'On the internet (HTTPS)' },
  { value: 'internal', label: 'In our own network too (HTTPS)' },
  { value: 'loopback', label: 'On this machine, for a trial (HTTP too)' },
];
const Typed = z.object({ name: ProviderDraft.shape.name, settings: TypedSettings, secret: secretText, policy: z.object({ reach: Reach }) });

export function ConnectionForm({ provider, mayChange }: { provider: SignInProvider; mayChange: boolean }) {
  const change = useChange(changeSignInProvider, { onDone: () => toast({ text: 'Saved. A test sign-in shows whether it fits.' }) });
  const { id, version, settings, policy, hasSecret } = provider;
  if (!mayChange) return <ReadOnly provider={provider} />;
  const save = ({ name, settings: typed, secret, policy: { reach } }: z.output<typeof Typed>) =>
    change.run({ id, version, name, settings: typed, policy: { ...policy, reach }, ...(secret === '' ? {} : { secret }) });
  return (
    <div className="max-w-140">
      <Form
        schema={Typed}
        initial={{ name: provider.name, settings: typedOf(settings), secret: '', policy: { reach: policy.reach } }}
        onSubmit={save}
        problem={change.problem}
      >
        <TextField name="name" label="Name" help="Stands on the button of the sign-in page: “Sign in with …”." />
        {settings.kind === 'saml' && <MetadataImport />}
        <SettingsFields kind={settings.kind} />
        {settings.kind !== 'saml' && (
          <PasswordField
            name="secret"
            label="Client secret"
            autoComplete="new-password"
            help={
              hasSecret ? 'One is kept, sealed, and not shown. Leave this empty to keep it.' : 'None is kept. Public clients have none.'
            }
          />
        )}
        <SelectField
          name="policy.reach"
          label="Where the provider is"
          choices={reachChoices}
          help="Other addresses are never asked, whatever the DNS says."
        />
        <SaveLine words="Save the connection" />
      </Form>
    </div>
  );
}

function ReadOnly({ provider: { settings, hasSecret } }: { provider: SignInProvider }) {
  const lines = Object.entries(settings).filter(([name]) => name !== 'kind');
  return (
    <dl className="grid max-w-160 gap-y-1.5">
      {lines.map(([name, value]) => (
        <div key={name} className="flex flex-wrap items-baseline gap-x-3">
          <dt className="w-40 flex-none text-ink-3">{name}</dt>
          <dd className="mono min-w-0 flex-1 text-code break-all">
            {value === null ? 'none' : Array.isArray(value) ? value.join(' ') : String(value)}
          </dd>
        </div>
      ))}
      <div className="flex items-baseline gap-x-3">
        <dt className="w-40 flex-none text-ink-3">client secret</dt>
        <dd>{hasSecret ? 'kept, sealed' : 'none'}</dd>
      </div>
    </dl>
  );
}
