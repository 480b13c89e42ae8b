/** Where the links of a change of address lead: to confirm it from the new mailbox, or to stop it from the old one. */
import { useState } from 'react';
import { useSessionQuery } from '../../../client/session.ts';
import { useChange } from '../../../client/use-change.ts';
import { Button, ButtonLink, TextLink } from '../../../ui/button.tsx';
import { definePage } from '../../../ui/define-page.ts';
import { plural } from '../../../ui/format.ts';
import { ProblemNote } from '../../../ui/loaded.tsx';
import { confirmEmailChange, emailProblems, stopEmailChange } from '../contract.ts';
import { SignInFrame } from '../sign-in/sign-in-frame.tsx';
import { useLinkFragment } from '../sign-in/use-link-fragment.tsx';

const invalid = emailProblems.emailChangeInvalid().code;

type Link = { readonly act: 'confirm' | 'stop'; readonly token: string };

function linkIn(fragment: string): Link | null {
  const [, act, token] = /^(confirm|stop)\.([\w-]{1,100})$/.exec(fragment) ?? [];
  return token === undefined ? null : { act: act === 'stop' ? 'stop' : 'confirm', token };
}

function EmailChangePage() {
  const link = linkIn(useLinkFragment());
  if (link === null) return <NoLink />;
  // Nothing happens until somebody presses the button: programs that look into mail open links.
  return link.act === 'stop' ? <Stop key={link.token} token={link.token} /> : <Confirm key={link.token} token={link.token} />;
}

function NoLink() {
  return (
    <SignInFrame title="No link" subtitle="This page is reached by a link in a mail.">
      <p className="text-read text-ink-2">
        Open the link in the mail once more. A change of address begins on <TextLink to="/account">your account page</TextLink>.
      </p>
    </SignInFrame>
  );
}

function Confirm({ token }: { token: string }) {
  const session = useSessionQuery();
  const change = useChange(confirmEmailChange, { invalidates: ['identity', 'session'] });
  const [email, setEmail] = useState<string | null>(null);
  if (email !== null)
    return (
      <SignInFrame title="The new address counts">
        <p role="status" className="text-read text-ink-2">
          You sign in with {email} from now on. Your other sessions and tokens ended; API keys stay.
        </p>
        <div className="mt-6">
          <ButtonLink to="/account">Your account</ButtonLink>
        </div>
      </SignInFrame>
    );
  const confirm = async () => {
    const done = await change.run({ token });
    if (done !== null) setEmail(done.email);
  };
  return (
    <SignInFrame title="Your new e-mail address" subtitle="It counts for the account you are signed in to.">
      {session.data === undefined && session.error === null && (
        <p aria-busy="true" className="text-read text-ink-2">
          Looking who is signed in…
        </p>
      )}
      {session.error !== null && <ProblemNote error={session.error} onRetry={() => void session.refetch()} />}
      {session.data === null && <SignInFirst />}
      {session.data != null && (
        <div className="grid gap-4">
          {change.problem !== null && <ProblemNote error={change.problem} />}
          <p className="text-read text-ink-2">
            You are {session.data.name}, until now {session.data.email}. Your other sessions and tokens end.
          </p>
          {change.problem?.code === invalid ? (
            <ButtonLink to="/account">Your account</ButtonLink>
          ) : (
            <Button kind="primary" size="form" busy={change.isRunning && 'Confirming…'} onClick={() => void confirm()}>
              Confirm the new address
            </Button>
          )}
        </div>
      )}
    </SignInFrame>
  );
}

function SignInFirst() {
  return (
    <div className="grid gap-4">
      <p role="status" className="text-read text-ink-2">
        Nobody is signed in in this browser. Sign in with your present address, then open the link in the mail once more: it still works.
      </p>
      <ButtonLink to="/sign-in">Sign in</ButtonLink>
    </div>
  );
}

const outcomes = {
  stopped: 'The change was stopped: your account keeps its address.',
  undone: 'The change was undone: your account has its old address again.',
  kept: 'The other address stays: somebody else has the old one by now, or an admin decided so. Ask your admin.',
} as const;

function Stop({ token }: { token: string }) {
  const change = useChange(stopEmailChange, { invalidates: [] });
  const [done, setDone] = useState<{ state: keyof typeof outcomes; ended: number } | null>(null);
  if (done !== null)
    return (
      <SignInFrame title={done.state === 'kept' ? 'All sessions ended' : 'It is stopped'}>
        <div role="status" className="grid gap-3 text-read text-ink-2">
          <p>{outcomes[done.state]}</p>
          <p>
            {done.ended === 0 ? 'No session was open.' : `${plural(done.ended, 'session')} ended.`} Somebody knew your password or had a
            session of yours: set a new password now, look at your API keys, and tell your admin.
          </p>
        </div>
        <div className="mt-6">
          <ButtonLink to="/reset-password">Set a new password</ButtonLink>
        </div>
      </SignInFrame>
    );
  if (change.problem?.code === invalid)
    return (
      <SignInFrame title="This link stops nothing any more">
        <div role="status" className="grid gap-3 text-read text-ink-2">
          <p>It was used already, is older than 60 minutes, or the change was stopped or decided by an admin since.</p>
          <p>If you did not ask for a change and no longer get in with this address, tell your admin. If you do, set a new password.</p>
        </div>
        <div className="mt-6 flex flex-wrap gap-3">
          <ButtonLink to="/reset-password">Set a new password</ButtonLink>
          <ButtonLink to="/sign-in">Sign in</ButtonLink>
        </div>
      </SignInFrame>
    );
  const stop = async () => {
    const answer = await change.run({ token });
    if (answer !== null) setDone(answer);
  };
  return (
    <SignInFrame title="Stop the change of address?" subtitle="For when you did not ask for it.">
      <div className="grid gap-4">
        {change.problem !== null && <ProblemNote error={change.problem} />}
        <p className="text-read text-ink-2">
          Your account keeps this address, or gets it back, and all its sessions and tokens end. Then set a new password.
        </p>
        <Button kind="destructive" size="form" busy={change.isRunning && 'Stopping…'} onClick={() => void stop()}>
          Stop it and end all sessions
        </Button>
      </div>
    </SignInFrame>
  );
}

export default definePage({
  path: '/email-change',
  title: 'Change of e-mail address',
  permission: 'public',
  group: null,
  icon: 'key-round',
  order: 0,
  Page: EmailChangePage,
});
