/** A new provider: first what to call it, then what was copied from the other side; its own page says the rest. */
import { type ReactNode, useEffect, useId } from 'react';
import { useFormContext } from 'react-hook-form';
import { useLocation } from 'wouter';
import { z } from 'zod';
import { useChange } from '../../../client/use-change.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { Form, PasswordField, SelectField, TextField } from '../../../ui/form.tsx';
import { createSignInProvider, listSignInProviders, ProviderDraft, type ProviderKind, ProviderPolicy, Reach } from '../contract.ts';
import { reachChoices, secretText } from './connection-form.tsx';
import { CopyList } from './copy-list.tsx';
import { MetadataImport } from './metadata-import.tsx';
import { firstSettings, kindNotes, providersPath } from './provider-words.tsx';
import { SaveLine } from './save-line.tsx';
import { SettingsFields, TypedSettings, typedOf } from './settings-fields.tsx';

const Typed = z.object({
  name: ProviderDraft.shape.name,
  slug: ProviderDraft.shape.slug,
  settings: TypedSettings,
  secret: secretText,
  policy: z.object({ reach: Reach }),
});

export function NewProvider({ kind }: { kind: ProviderKind }) {
  const [, go] = useLocation();
  const create = useChange(createSignInProvider, { onDone: ({ id }) => go(`${providersPath}/${id}`, { replace: true }) });
  const save = ({ name, slug, settings, secret, policy: { reach } }: z.output<typeof Typed>) => {
    const policy = ProviderPolicy.parse({ reach, emailCounts: kind === 'saml' ? 'always' : 'when-verified' });
    return create.run({ name, slug, settings, policy, ...(secret === '' ? {} : { secret }) });
  };
  return (
    <div className="max-w-180 px-4 py-4 tablet:px-6">
      <Form
        schema={Typed}
        initial={{ name: '', slug: '', settings: typedOf(firstSettings[kind]), secret: '', policy: { reach: 'public' } }}
        onSubmit={save}
        problem={create.problem}
      >
        <Part title="What people see" note={kindNotes[kind]}>
          <div className="grid max-w-140 gap-4">
            <TextField name="name" label="Name" help="Stands on the button of the sign-in page: “Sign in with …”." autoFocus />
            <SlugField />
          </div>
        </Part>
        <Part title="Enter at the provider" note="Create an application there and give it these">
          <Addresses kind={kind} />
        </Part>
        <Part title="Copy from the provider" note="It shows these when the application is made">
          <div className="grid max-w-140 gap-4">
            {kind === 'saml' && <MetadataImport />}
            <SettingsFields kind={kind} />
            {kind !== 'saml' && (
              <PasswordField
                name="secret"
                label="Client secret"
                autoComplete="new-password"
                help="Sealed when it is saved, and never shown again."
              />
            )}
            <SelectField
              name="policy.reach"
              label="Where the provider is"
              choices={reachChoices}
              help="Other addresses are never asked, whatever the DNS says."
            />
            <SaveLine kind="primary" words="Save the provider" note="It stays off until you switch it on." />
          </div>
        </Part>
      </Form>
    </div>
  );
}

function Part({ title, note, children }: { title: string; note: string; children: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="border-b border-line pb-5 last:border-b-0">
      <h2 id={id} className="font-strong">
        {title}
      </h2>
      <p className="mb-3 text-ink-3">{note}</p>
      {children}
    </section>
  );
}

/** Made from the name until somebody writes their own. */
function SlugField() {
  const { watch, setValue, getFieldState } = useFormContext();
  const name = String(watch('name') ?? '');
  const isOwn = getFieldState('slug').isDirty;
  useEffect(() => {
    if (!isOwn) setValue('slug', slugOf(name));
  }, [name, isOwn, setValue]);
  return (
    <TextField
      name="slug"
      label="Short name"
      mono
      spellCheck={false}
      autoComplete="off"
      help="Part of the addresses below. It never changes, because they are entered at the provider."
    />
  );
}

function slugOf(name: string): string {
  return name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replaceAll(/^-|-$/g, '');
}

/** The same addresses as the server makes, under the origin it names; shown before saving, because providers want them first. */
function Addresses({ kind }: { kind: ProviderKind }) {
  const { watch } = useFormContext();
  const slug = String(watch('slug') ?? '') || '…';
  const origin = useEndpoint(listSignInProviders, {}).data?.origin ?? '…';
  const here = window.location.origin;
  const saml = (part: string) => `${origin}/api/auth/saml/${slug}/${part}`;
  const addresses =
    kind === 'saml'
      ? { callback: saml('acs'), signOut: saml('slo'), afterSignOut: null, metadata: saml('metadata') }
      : {
          callback: `${origin}/api/auth/oidc/${slug}/callback`,
          signOut: `${origin}/api/auth/oidc/${slug}/back-channel-logout`,
          afterSignOut: `${origin}/sign-in`,
          metadata: null,
        };
  return (
    <>
      {origin !== '…' && origin !== here && (
        <p className="mb-3 max-w-160">
          You opened this page at <span className="mono text-code">{here}</span>, but people are sent back to{' '}
          <span className="mono text-code">{origin}</span>. Sign in there for a test, or set PUBLIC_URL to the address people use.
        </p>
      )}
      <CopyList provider={{ settings: firstSettings[kind], addresses }} isSaved={false} />
    </>
  );
}
