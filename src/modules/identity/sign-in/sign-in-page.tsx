/** Sign-in with e-mail and password, then the second factor; or with a passkey. Errors do not tell whether an address is known. */
import { useState } from 'react';
import { Redirect } from 'wouter';
import { useSession } from '../../../client/session.ts';
import { useChange } from '../../../client/use-change.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { TextLink } from '../../../ui/button.tsx';
import { definePage } from '../../../ui/define-page.ts';
import { Form, PasswordField, TextField } from '../../../ui/form.tsx';
import { useQueryValue } from '../../../ui/query-state.ts';
import { login, registrationState } from '../contract.ts';
import { SecondStep, type Waiting, waitingIn, waitingOf } from '../factors/second-step.tsx';
import { PasskeyButton } from '../passkeys/passkey-button.tsx';
import { ProviderButtons, RefusedSignIn } from '../single-sign-on/provider-buttons.tsx';
import { safePath, useEnter } from './enter.tsx';
import { SignInFrame } from './sign-in-frame.tsx';
import { useLinkFragment } from './use-link-fragment.tsx';

const credentials = login.input.pick({ email: true, password: true });

const whoMayCome = {
  open: 'Anybody who reaches this page may register.',
  invite: 'Invitation only. Ask your admin for access.',
  closed: 'Registration is closed.',
  'first-admin': 'Nobody is registered yet.',
  'first-by-provider': 'Nobody is registered yet: the first admin comes by a provider.',
} as const;

function SignInPage() {
  const { user } = useSession();
  const [next] = useQueryValue('next');
  const registration = useEndpoint(registrationState, {});
  const [isDone, setDone] = useState(false);
  const fragment = useLinkFragment();
  const [waiting, setWaiting] = useState<Waiting | null>(() => waitingIn(fragment));
  const enter = useEnter(safePath(next));
  if (user !== null && !isDone) return <Redirect to={safePath(next)} replace />;
  if (registration.data?.open === 'first-admin') return <Redirect to="/register" replace />;
  const done = async () => {
    setDone(true);
    await enter();
  };
  const foot = registration.data === undefined ? '' : whoMayCome[registration.data.open];
  if (waiting !== null)
    return (
      <SignInFrame title="One more proof" subtitle="The first one was right. This sign-in waits five minutes for the second." foot={foot}>
        <SecondStep waiting={waiting} onDone={done} onBack={() => setWaiting(null)} />
      </SignInFrame>
    );
  return (
    <SignInFrame
      title="Sign in"
      subtitle={registration.data?.open === 'open' ? <TextLink to="/register">No account yet? Register</TextLink> : undefined}
      foot={foot}
    >
      <RefusedSignIn />
      <FirstStep onDone={done} onWaiting={setWaiting} />
      {/* Below the button: between the two fields the Tab key would stop at it on every sign-in. */}
      <p className="mt-3 text-label">
        <TextLink to="/reset-password">Forgot your password?</TextLink>
      </p>
      <p className="my-4 flex items-center gap-4 text-ink-3 before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
        or
      </p>
      <PasskeyButton onDone={done} />
      <ProviderButtons next={safePath(next)} />
      <p className="mt-5 text-label text-ink-2">Who has a second factor is asked for it after the password. A passkey counts as both.</p>
    </SignInFrame>
  );
}

function FirstStep({ onDone, onWaiting }: { onDone: () => Promise<void>; onWaiting: (waiting: Waiting) => void }) {
  const signIn = useChange(login, {
    invalidates: [],
    onRefused: ({ code, params }) => {
      const waiting = code === 'identity.secondFactorNeeded' ? waitingOf(params['ticket'], params['factors']) : null;
      if (waiting !== null) onWaiting(waiting);
    },
  });
  const submit = async (given: { email: string; password: string }) => {
    if ((await signIn.run(given)) !== null) await onDone();
  };
  return (
    <Form
      schema={credentials}
      initial={{ email: '', password: '' }}
      onSubmit={submit}
      problem={signIn.problem}
      submit="Sign in"
      busy="Signing in…"
      size="form"
    >
      <TextField
        name="email"
        label="Work e-mail"
        type="email"
        autoComplete="username webauthn"
        inputMode="email"
        spellCheck={false}
        autoFocus
      />
      <PasswordField name="password" label="Password" autoComplete="current-password" />
    </Form>
  );
}

export default definePage({
  path: '/sign-in',
  title: 'Sign in',
  permission: 'public',
  group: null,
  icon: 'key-round',
  order: 0,
  Page: SignInPage,
});
