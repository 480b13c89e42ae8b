/** Asks the server for a challenge, the authenticator for the answer, and hands it on. */
import { useState } from 'react';
import { useChange } from '../../../client/use-change.ts';
import { isProblem, type Problem } from '../../../contract/problem.ts';
import { type Assertion, loginFactorOptions, passkeySignInOptions, verifySessionOptions } from '../contract.ts';
import { assertionFrom } from './ceremony.tsx';

type Asked = Parameters<typeof assertionFrom>[0];
export type PasskeyUse = {
  /** Null when there was none; `problem` says why. */
  readonly ask: () => Promise<Assertion | null>;
  readonly isAsking: boolean;
  readonly problem: Problem | null;
};

function usePasskey(options: () => Promise<Asked | null>, refusal: Problem | null): PasskeyUse {
  const [isAsking, setAsking] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const ask = async () => {
    setAsking(true);
    setProblem(null);
    try {
      const asked = await options();
      return asked === null ? null : await assertionFrom(asked);
    } catch (error) {
      if (!isProblem(error)) throw error;
      setProblem(error);
      return null;
    } finally {
      setAsking(false);
    }
  };
  return { ask, isAsking, problem: problem ?? refusal };
}

/** Any passkey of this site that the browser has. */
export function usePasskeyOfAnybody(): PasskeyUse {
  const options = useChange(passkeySignInOptions, { invalidates: [] });
  return usePasskey(() => options.run({}), options.problem);
}

/** One of the person's whose sign-in waits for its second step. */
export function usePasskeyOfTicket(ticket: string): PasskeyUse {
  const options = useChange(loginFactorOptions, { invalidates: [] });
  return usePasskey(() => options.run({ ticket }), options.problem);
}

/** One of the person's who is signed in. */
export function usePasskeyOfSession(): PasskeyUse {
  const options = useChange(verifySessionOptions, { invalidates: [] });
  return usePasskey(() => options.run({}), options.problem);
}
