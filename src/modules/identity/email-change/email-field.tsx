/** On the account page: one's address, the way to another one, and a change that waits for its link. */
import { useState } from 'react';
import { useChange } from '../../../client/use-change.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import type { OutputOf } from '../../../contract/endpoint.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { Form, TextField } from '../../../ui/form.tsx';
import { ProblemNote } from '../../../ui/loaded.tsx';
import { FullTime } from '../../../ui/relative-time.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { useFocusKept } from '../account/use-focus-kept.tsx';
import { emailState, requestEmailChange, withdrawEmailChange } from '../contract.ts';

type State = OutputOf<typeof emailState>;
const whyNot: Readonly<Record<Exclude<State['changeable'], 'yes'>, string>> = {
  'by-provider': 'It came from the provider you sign in with. An admin can change it.',
  'without-mail': 'This installation sends no mail, so a new address could not be confirmed. An admin can change it.',
};

/** @param isOpen false while nothing but setting up a second factor is answered. */
export function EmailField({ email, isOpen }: { email: string; isOpen: boolean }) {
  const state = useEndpoint(emailState, {}, { enabled: isOpen });
  const [isChanging, setChanging] = useState(false);
  const focus = useFocusKept();
  const close = () => {
    setChanging(false);
    focus.keep();
  };
  return (
    <div className="grid gap-1.5">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span className="min-w-0 break-words">{email}</span>
        {state.data?.changeable === 'yes' && (
          <Button ref={focus.ref} size="small" onClick={() => setChanging(true)}>
            Change the address…
          </Button>
        )}
      </div>
      {state.error !== null && <ProblemNote error={state.error} onRetry={() => void state.refetch()} />}
      {state.data !== undefined && state.data.changeable !== 'yes' && (
        <p className="text-label text-ink-3">{whyNot[state.data.changeable]}</p>
      )}
      {state.data?.pending != null && <Waiting pending={state.data.pending} onWithdrawn={focus.keep} />}
      {isChanging && <ChangeDialog onClose={close} />}
    </div>
  );
}

function Waiting({ pending, onWithdrawn }: { pending: NonNullable<State['pending']>; onWithdrawn: () => void }) {
  const withdraw = useChange(withdrawEmailChange, {
    onDone: () => {
      toast({ text: 'Took the change of address back' });
      onWithdrawn();
    },
    onRefused: ({ message }) => toast({ text: message }),
  });
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-ink-2">
      <p role="status" className="min-w-0 break-words">
        Waits until you open the link that was sent to {pending.email}, in this browser, by <FullTime at={pending.expiresAt} />.
      </p>
      <Button size="small" busy={withdraw.isRunning && 'Taking back…'} onClick={() => void withdraw.run({})}>
        Take it back
      </Button>
    </div>
  );
}

function ChangeDialog({ onClose }: { onClose: () => void }) {
  const change = useChange(requestEmailChange, {
    onDone: (_output, { email }) => {
      toast({ text: `A link is on its way to ${email}` });
      onClose();
    },
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title="Another e-mail address"
      description="You sign in with it once you opened the link that goes there. It works once, for 60 minutes, and then ends your other sessions and tokens."
      width="narrow"
    >
      <Form
        schema={requestEmailChange.input}
        initial={{ email: '' }}
        problem={change.problem}
        submit="Send the link"
        busy="Sending…"
        onCancel={onClose}
        onSubmit={change.run}
      >
        <TextField
          name="email"
          label="New e-mail"
          type="email"
          inputMode="email"
          autoComplete="email"
          spellCheck={false}
          autoFocus
          help="The present address is told too, with a link that stops it. An address that somebody else has here gets no link."
        />
      </Form>
    </Dialog>
  );
}
