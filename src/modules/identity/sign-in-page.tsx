/** Sign-in with e-mail and password. Errors do not tell whether an address is known. */
import { useState } from 'react';
import { Redirect } from 'wouter';
import { useSession } from '../../client/session.ts';
import { useChange } from '../../client/use-change.ts';
import { useEndpoint } from '../../client/use-endpoint.ts';
import { TextLink } from '../../ui/button.tsx';
import { definePage } from '../../ui/define-page.ts';
import { Form, PasswordField, TextField } from '../../ui/form.tsx';
import { useQueryValue } from '../../ui/query-state.ts';
import { login, registrationState } from './contract.ts';
import { safePath, useEnter } from './enter.tsx';
import { SignInFrame } from './sign-in-frame.tsx';

const credentials = login.input.pick({ email: true, password: true });

const whoMayCome = {
  open: 'Anybody who reaches this page may register.',
  invite: 'Invitation only. Ask your admin for access.',
  closed: 'Registration is closed.',
  'first-admin': 'Nobody is registered yet.',
} as const;

function SignInPage() {
  const { user } = useSession();
  const [next] = useQueryValue('next');
  const registration = useEndpoint(registrationState, {});
  const [isDone, setDone] = useState(false);
  const enter = useEnter(safePath(next));
  const signIn = useChange(login, { invalidates: [] });
  if (user !== null && !isDone) return <Redirect to={safePath(next)} replace />;
  if (registration.data?.open === 'first-admin') return <Redirect to="/register" replace />;
  const submit = async (given: { email: string; password: string }) => {
    if ((await signIn.run(given)) === null) return;
    setDone(true);
    await enter();
  };
  return (
    <SignInFrame
      title="Sign in"
      subtitle={registration.data?.open === 'open' ? <TextLink to="/register">No account yet? Register</TextLink> : undefined}
      foot={registration.data === undefined ? '' : whoMayCome[registration.data.open]}
    >
      <Form
        schema={credentials}
        initial={{ email: '', password: '' }}
        onSubmit={submit}
        problem={signIn.problem}
        submit="Sign in"
        busy="Signing in…"
        size="form"
      >
        <TextField name="email" label="Work e-mail" type="email" autoComplete="username" inputMode="email" spellCheck={false} autoFocus />
        <PasswordField name="password" label="Password" autoComplete="current-password" />
      </Form>
    </SignInFrame>
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
