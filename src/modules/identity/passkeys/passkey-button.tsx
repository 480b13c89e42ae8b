/** Signs in with a passkey alone: no address, no password. */
import { KeyRound } from 'lucide-react';
import { useChange } from '../../../client/use-change.ts';
import { Button } from '../../../ui/button.tsx';
import { ProblemNote } from '../../../ui/loaded.tsx';
import { passkeySignIn } from '../contract.ts';
import { hasPasskeys } from './ceremony.tsx';
import { usePasskeyOfAnybody } from './use-passkey.tsx';

export function PasskeyButton({ onDone }: { onDone: () => Promise<void> }) {
  const passkey = usePasskeyOfAnybody();
  const signIn = useChange(passkeySignIn, { invalidates: [] });
  if (!hasPasskeys()) return null;
  const use = async () => {
    signIn.reset();
    const response = await passkey.ask();
    if (response === null || (await signIn.run({ response })) === null) return;
    await onDone();
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
