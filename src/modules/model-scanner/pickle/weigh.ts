/** From one fact to the weight it has in a verdict. The rules of the three axes, in one place. Pure. */
import type { AnomalyFact, GlobalFact } from '../engine/artefact.ts';

/** From worst to harmless; `informational` does not change a verdict. */
export type Weight = 'malicious' | 'suspicious' | 'risky' | 'informational' | 'clean';

/** A name without facts: what it may do depends on where it comes from and how it is used. */
function weighUnlisted({ position, origin }: GlobalFact): Weight {
  if (position === 'call') return 'suspicious';
  if (origin === 'standard-library') return 'suspicious';
  if (position === 'reference') return 'risky';
  return origin === 'ai-package' ? 'informational' : 'risky';
}

export function weighGlobal(fact: GlobalFact): Weight {
  if (fact.judgement === 'allowed') return 'clean';
  // A nested load takes the effect of what it loads, which is judged on its own.
  if (fact.judgement === 'harmful') return fact.certainty === 'proved' && fact.effect !== 'nested-load' ? 'malicious' : 'suspicious';
  if (fact.judgement === 'computed') return fact.certainty === 'proved' ? 'malicious' : 'suspicious';
  return weighUnlisted(fact);
}

/** A lie and a likely bomb are suspicious, a proved bomb is harm, a broken rule alone is for a person to decide. */
export function weighAnomaly({ nature, proved }: AnomalyFact): Weight {
  if (nature === 'bomb') return proved ? 'malicious' : 'suspicious';
  if (nature === 'lie') return 'suspicious';
  return proved ? 'risky' : 'informational';
}
