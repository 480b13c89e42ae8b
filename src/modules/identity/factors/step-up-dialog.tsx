/** Asks, before a sensitive change, for a fresh proof of who somebody is. One for the whole app; what was refused is then sent again. */

import { useSignOut } from '../../../client/session.ts';
import { useProofAsked } from '../../../client/step-up.ts';
import { useChange } from '../../../client/use-change.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { plural } from '../../../ui/format.ts';
import { Loaded } from '../../../ui/loaded.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { readVerification, verifySession } from '../contract.ts';
import { usePasskeyOfSession } from '../passkeys/use-passkey.tsx';
import { FreshSignIn } from '../single-sign-on/fresh-sign-in.tsx';
import { ProofForm } from './proof-form.tsx';

export function StepUpDialog() {
  const settle = useProofAsked();
  return settle === null ? null : <OpenDialog settle={settle} />;
}

function OpenDialog({ settle }: { settle: (isProved: boolean) => void }) {
  const state = useEndpoint(readVerification, {});
  const passkey = usePasskeyOfSession();
  const verify = useChange(verifySession, {
    onDone: ({ recoveryCodesLeft }) => {
      if (recoveryCodesLeft !== null) toast({ text: `Used a recovery code, ${plural(recoveryCodesLeft, 'code')} left` });
      settle(true);
    },
  });
  return (
    <Dialog
      open
      onClose={() => settle(false)}
      title="Is it you?"
      description="This change wants a fresh proof. It then holds for five minutes."
      width="narrow"
    >
      <Loaded answer={state} lines={2} waitsFor="the ways you may prove it">
        {({ factors }) =>
          factors.length === 0 ? (
            <SignInAgain onSignOut={() => settle(false)} />
          ) : (
            <ProofForm
              ways={factors}
              passkey={passkey}
              problem={verify.problem}
              submit="Go on"
              size="normal"
              onProof={(proof) => verify.run(proof)}
            />
          )
        }
      </Loaded>
    </Dialog>
  );
}

/** Somebody who came by single sign-on and has neither password nor factor here. */
function SignInAgain({ onSignOut }: { onSignOut: () => void }) {
  const signOut = useSignOut();
  const leave = async () => {
    onSignOut();
    const problem = await signOut();
    if (problem !== null) toast({ text: `Not signed out: ${problem.message}` });
  };
  return (
    <div className="grid justify-items-start gap-3">
      <p className="text-ink-2">
        You have neither a password nor a second factor here: sign in again, then make the change within five minutes.
      </p>
      <FreshSignIn />
      <Button onClick={() => void leave()}>Sign out</Button>
    </div>
  );
}
