/** Offers passkeys in the address field of the sign-in page, beside the addresses the browser knows (conditional mediation). */
import { useEffect, useRef } from 'react';
import { request } from '../../../client/request.ts';
import { isProblem } from '../../../contract/problem.ts';
import { type Assertion, passkeySignInOptions } from '../contract.ts';
import { assertionFrom, canFillIn, stopWaiting } from './ceremony.tsx';

/** A challenge is good for five minutes; a page may stand longer. */
const renewMs = 4 * 60_000;

/**
 * Nobody asked for it, so nothing is said when it cannot be: the button beside it says why.
 *
 * @param isOn false while another ceremony runs, which would end this one, or a chosen passkey is on its way.
 */
export function usePasskeyFillIn(isOn: boolean, onChosen: (assertion: Assertion) => Promise<unknown>): void {
  const chosen = useRef(onChosen);
  chosen.current = onChosen;
  useEffect(() => {
    if (!isOn) return;
    let isOver = false;
    const wait = async (): Promise<void> => {
      const assertion = await chosenPasskey(() => isOver);
      if (assertion !== null && !isOver) await chosen.current(assertion);
    };
    void wait();
    // The next ceremony ends the one before it.
    const renewal = setInterval(() => void wait(), renewMs);
    return () => {
      isOver = true;
      clearInterval(renewal);
      void stopWaiting();
    };
  }, [isOn]);
}

async function chosenPasskey(isOver: () => boolean): Promise<Assertion | null> {
  try {
    if (!(await canFillIn()) || isOver()) return null;
    const options = await request(passkeySignInOptions, {});
    return isOver() ? null : await assertionFrom(options, { fillIn: true });
  } catch (error) {
    if (isProblem(error)) return null;
    throw error;
  }
}
