/** A forgotten password: asks for a link, or, when a link led here, for the new password. */
import { useState } from 'react';
import { z } from 'zod';
import { useChange } from '../../../client/use-change.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { ButtonLink, TextLink } from '../../../ui/button.tsx';
import { definePage } from '../../../ui/define-page.ts';
import { Form, PasswordField, TextField } from '../../../ui/form.tsx';
import { plural } from '../../../ui/format.ts';
import { Loaded } from '../../../ui/loaded.tsx';
import { finishReset, requestReset, resetState } from '../contract.ts';
import { SignInFrame } from '../sign-in/sign-in-frame.tsx';
import { useLinkFragment } from '../sign-in/use-link-fragment.tsx';

function ResetPage() {
  const token = useLinkFragment();
  /** The link that turned out to open nothing. */
  const [over, setOver] = useState('');
  return token === over ? <AskForLink /> : <NewPassword key={token} token={token} onAgain={() => setOver(token)} />;
}

function AskForLink() {
  const state = useEndpoint(resetState, {});
  return (
    <SignInFrame title="Forgot your password?" subtitle={<TextLink to="/sign-in">Back to sign-in</TextLink>}>
      <Loaded answer={state}>{({ byMail }) => (byMail ? <MailForm /> : <WhoHelps />)}</Loaded>
    </SignInFrame>
  );
}

function MailForm() {
  const [sentTo, setSentTo] = useState<string | null>(null);
  const change = useChange(requestReset, { invalidates: [] });
  if (sentTo !== null)
    return (
      <div role="status" className="grid gap-3 text-read text-ink-2">
        <p>If {sentTo} has an account with a password here, a link is on its way. It works once, for 30 minutes. Three an hour are sent.</p>
        <p>Nothing comes? Look among unwanted mail. Who signs in by a provider has no password here, and gets none.</p>
      </div>
    );
  const submit = async ({ email }: { email: string }) => {
    if ((await change.run({ email })) !== null) setSentTo(email);
  };
  return (
    <Form
      schema={requestReset.input}
      initial={{ email: '' }}
      onSubmit={submit}
      problem={change.problem}
      submit="Send me a link"
      busy="Asking…"
      size="form"
    >
      <TextField
        name="email"
        label="Work e-mail"
        type="email"
        autoComplete="username"
        inputMode="email"
        spellCheck={false}
        autoFocus
        help="A link to set a new password goes there."
      />
    </Form>
  );
}

function WhoHelps() {
  return (
    <div className="grid gap-3 text-read text-ink-2">
      <p>This installation sends no mail, so no link can come to you.</p>
      <p>
        Ask an admin or the CISO of your organisation: on the page People they choose “New password…” beside your name and give you a link
        that works once, for 30 minutes.
      </p>
      <p>A passkey, or the sign-in of your organisation, gets you in without the password.</p>
    </div>
  );
}

const Passwords = z
  .object({ password: z.string().min(12, 'It needs at least 12 characters.').max(512), again: z.string() })
  .refine(({ password, again }) => password === again, { path: ['again'], message: 'This is not the same password.' });

function NewPassword({ token, onAgain }: { token: string; onAgain: () => void }) {
  const [ended, setEnded] = useState<number | null>(null);
  const change = useChange(finishReset, { invalidates: [] });
  if (ended !== null)
    return (
      <SignInFrame title="The new password is set">
        <p role="status" className="text-read text-ink-2">
          {ended === 0 ? 'You were signed in nowhere.' : `${plural(ended, 'session')} ended.`} Sign in with it; a second factor is asked for
          as before.
        </p>
        <div className="mt-6">
          <ButtonLink to="/sign-in">Sign in</ButtonLink>
        </div>
      </SignInFrame>
    );
  const submit = async ({ password }: { password: string }) => {
    const done = await change.run({ token, password });
    if (done !== null) setEnded(done.ended);
  };
  const isOver = change.problem?.code === 'identity.resetInvalid' || (change.problem?.issues.some(({ path }) => path === 'token') ?? false);
  return (
    <SignInFrame title="A new password" subtitle="It ends every session and token you have.">
      <Form
        schema={Passwords}
        initial={{ password: '', again: '' }}
        onSubmit={submit}
        problem={change.problem}
        submit="Set the password"
        busy="Setting…"
        size="form"
      >
        <PasswordField
          name="password"
          label="New password"
          autoComplete="new-password"
          help="12 characters or more. A few words that do not belong together are better than signs and digits."
        />
        <PasswordField name="again" label="New password again" autoComplete="new-password" />
      </Form>
      {isOver && (
        <p className="mt-4">
          <button type="button" className="finger text-accent underline" onClick={onAgain}>
            Ask for a new link
          </button>
        </p>
      )}
    </SignInFrame>
  );
}

export default definePage({
  path: '/reset-password',
  title: 'Forgot your password?',
  permission: 'public',
  group: null,
  icon: 'key-round',
  order: 0,
  Page: ResetPage,
});
