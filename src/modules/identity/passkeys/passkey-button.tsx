/** Signs in with a passkey alone, by the button or out of the address field: no address, no password. */
import { KeyRound } from 'lucide-react';
import { useChange } from '../../../client/use-change.ts';
import { Button } from '../../../ui/button.tsx';
import { ProblemNote } from '../../../ui/loaded.tsx';
import { type Assertion, passkeySignIn } from '../contract.ts';
import { hasPasskeys } from './ceremony.tsx';
import { usePasskeyOfAnybody } from './use-passkey.tsx';
import { usePasskeyFillIn } from './use-passkey-fill-in.tsx';

export function PasskeyButton({ onDone }: { onDone: () => Promise<void> }) {
  const passkey = usePasskeyOfAnybody();
  const signIn = useChange(passkeySignIn, { invalidates: [] });
  const send = async (response: Assertion) => {
    if ((await signIn.run({ response })) !== null) await onDone();
  };
  usePasskeyFillIn(!passkey.isAsking && !signIn.isRunning, send);
  if (!hasPasskeys()) return null;
  const use = async () => {
    signIn.reset();
    const response = await passkey.ask();
    if (response !== null) await send(response);
  };
  const problem = passkey.problem ?? signIn.problem;
  return (
    <div className="grid gap-2">
      {problem !== null && <ProblemNote error={problem} />}
      <Button
        size="form"
        icon={KeyRound}
        wide
        busy={(passkey.isAsking || signIn.isRunning) && 'Waiting for the passkey…'}
        onClick={() => void use()}
      >
        Use a passkey
      </Button>
    </div>
  );
}
