/** How the states and causes of an alert read. */
import type { AlertState, CloseCause } from './contract.ts';

export const stateWords: Readonly<Record<AlertState, string>> = { new: 'New', acknowledged: 'Acknowledged', closed: 'Closed' };
export const causeWords: Readonly<Record<CloseCause, string>> = {
  'true-positive': 'It was real and is dealt with',
  'false-alarm': 'False alarm',
  expected: 'Expected: planned or known',
  duplicate: 'Another alert says the same',
};
