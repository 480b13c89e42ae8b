/** The second step of a sign-in, in the place of the first. */
import { useChange } from '../../../client/use-change.ts';
import { Button } from '../../../ui/button.tsx';
import { plural } from '../../../ui/format.ts';
import { toast } from '../../../ui/toast-store.ts';
import { FactorKind, finishLogin } from '../contract.ts';
import { hasPasskeys } from '../passkeys/ceremony.tsx';
import { usePasskeyOfTicket } from '../passkeys/use-passkey.tsx';
import { ProofForm } from './proof-form.tsx';

/** What a sign-in waits for. */
export type Waiting = { readonly ticket: string; readonly factors: readonly FactorKind[] };

/** From the params of identity.secondFactorNeeded, or from the fragment of the address after single sign-on. */
export function waitingOf(ticket: unknown, factors: unknown): Waiting | null {
  if (typeof ticket !== 'string' || ticket === '' || typeof factors !== 'string') return null;
  return { ticket, factors: FactorKind.options.filter((kind) => factors.split(',').includes(kind)) };
}

/** Single sign-on comes back with the ticket in the fragment. Pure. */
export function waitingIn(fragment: string): Waiting | null {
  const said = new URLSearchParams(fragment);
  return waitingOf(said.get('ticket'), said.get('factors'));
}

type SecondStepProps = { waiting: Waiting; onDone: () => Promise<void>; onBack: () => void };
export function SecondStep({ waiting: { ticket, factors }, onDone, onBack }: SecondStepProps) {
  const passkey = usePasskeyOfTicket(ticket);
  const finish = useChange(finishLogin, { invalidates: [] });
  const ways = factors.filter((kind) => kind !== 'webauthn' || hasPasskeys());
  return (
    <>
      <ProofForm
        ways={ways}
        passkey={passkey}
        problem={finish.problem}
        submit="Sign in"
        size="form"
        onProof={async (proof) => {
          if ('password' in proof) return;
          const user = await finish.run({ ticket, ...proof });
          if (user === null) return;
          if (user.recoveryCodesLeft !== null)
            toast({ text: `Signed in with a recovery code. ${plural(user.recoveryCodesLeft, 'code')} left.` });
          await onDone();
        }}
      />
      <div className="mt-2">
        <Button kind="quiet" size="small" onClick={onBack}>
          Begin again
        </Button>
      </div>
    </>
  );
}
