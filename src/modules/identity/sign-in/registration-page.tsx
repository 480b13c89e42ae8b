/** Registration: of the first admin, by invitation link, or open, as the installation says. */
import { useState } from 'react';
import { Redirect } from 'wouter';
import { z } from 'zod';
import { useSession } from '../../../client/session.ts';
import { useChange } from '../../../client/use-change.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { Role } from '../../../contract/permission.ts';
import { ButtonLink, TextLink } from '../../../ui/button.tsx';
import { definePage } from '../../../ui/define-page.ts';
import { Form, PasswordField, TextField } from '../../../ui/form.tsx';
import { Loaded } from '../../../ui/loaded.tsx';
import { FullTime } from '../../../ui/relative-time.tsx';
import { register, registrationState } from '../contract.ts';
import { roleWord } from '../people/role-words.tsx';
import { useEnter } from './enter.tsx';
import { SignInFrame } from './sign-in-frame.tsx';

const draft = register.input.pick({ email: true, name: true, password: true });

/** What an invitation link says about itself; the server alone decides whether it is true. */
const Said = z.object({ email: z.string(), role: Role, workspace: z.string(), expiresAt: z.iso.datetime() });
type Invitation = z.infer<typeof Said> & { readonly token: string };

function readInvitation(): Invitation | null {
  const token = window.location.hash.slice(1);
  const [text = ''] = token.split('.');
  try {
    const bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0));
    return { ...Said.parse(JSON.parse(new TextDecoder().decode(bytes))), token };
  } catch {
    // No invitation, or not one of ours: the page then says what registration needs.
    return null;
  }
}

function RegistrationPage() {
  const { user } = useSession();
  const [isDone, setDone] = useState(false);
  const [invitation] = useState(readInvitation);
  const registration = useEndpoint(registrationState, {});
  if (user !== null && !isDone) return <Redirect to="/" replace />;
  const way = registration.data?.open;
  const isFirst = way === 'first-admin';
  if (way === 'first-by-provider') return <Redirect to="/sign-in" replace />;
  const isRefused = (way === 'invite' || way === 'closed') && invitation === null;
  if (isRefused) return <NeedsInvitation isClosed={way === 'closed'} />;
  return (
    <SignInFrame
      title={isFirst ? 'Create the first admin' : 'Register'}
      subtitle={<Subtitle isFirst={isFirst} invitation={invitation} />}
      foot={isFirst ? '' : <TextLink to="/sign-in">Registered already? Sign in</TextLink>}
    >
      <Loaded answer={registration}>
        {() => <RegistrationForm invitation={isFirst ? null : invitation} isFirst={isFirst} onDone={() => setDone(true)} />}
      </Loaded>
    </SignInFrame>
  );
}

function Subtitle({ isFirst, invitation }: { isFirst: boolean; invitation: Invitation | null }) {
  if (isFirst) return 'Nobody is registered here yet. Whoever is first runs this installation and invites the others.';
  if (invitation === null) return 'Anybody who reaches this page may register.';
  return (
    <>
      You were invited to {invitation.workspace} as {roleWord(invitation.role)}. The link works until <FullTime at={invitation.expiresAt} />
      .
    </>
  );
}

function RegistrationForm({ invitation, isFirst, onDone }: { invitation: Invitation | null; isFirst: boolean; onDone: () => void }) {
  const enter = useEnter('/');
  const change = useChange(register, { invalidates: [] });
  const submit = async (given: z.output<typeof draft>) => {
    const answer = await change.run({ ...given, ...(invitation === null ? {} : { invitation: invitation.token }) });
    if (answer === null) return;
    onDone();
    await enter();
  };
  return (
    <Form
      schema={draft}
      initial={{ email: invitation?.email ?? '', name: '', password: '' }}
      onSubmit={submit}
      problem={change.problem}
      submit={isFirst ? 'Create the admin' : 'Register'}
      busy="Registering…"
      size="form"
    >
      <TextField name="name" label="Your name" autoComplete="name" autoFocus />
      <TextField
        name="email"
        label="Work e-mail"
        type="email"
        autoComplete="username"
        inputMode="email"
        spellCheck={false}
        {...(invitation === null ? {} : { help: 'The invitation is for this address.' })}
      />
      <PasswordField
        name="password"
        label="Password"
        autoComplete="new-password"
        help="12 characters or more. A few words that do not belong together are better than signs and digits."
      />
    </Form>
  );
}

function NeedsInvitation({ isClosed }: { isClosed: boolean }) {
  return (
    <SignInFrame title={isClosed ? 'Registration is closed' : 'Registration is by invitation'}>
      <p className="text-read text-ink-2">Ask an admin of this installation for an invitation link, and open it here.</p>
      <div className="mt-6">
        <ButtonLink to="/sign-in">Sign in instead</ButtonLink>
      </div>
    </SignInFrame>
  );
}

export default definePage({
  path: '/register',
  title: 'Register',
  permission: 'public',
  group: null,
  icon: 'key-round',
  order: 0,
  Page: RegistrationPage,
});
