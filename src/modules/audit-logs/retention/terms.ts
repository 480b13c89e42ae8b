/** How long entries and their personal parts are kept. What a law asks for is the floor of what can be set. Pure. */
import { keepingProblems, type Term, type Terms } from './keeping-contract.ts';

/** The platform's promise for the entries themselves: seven years. No law that we know asks for it. */
export const leastLineMonths = 84;

/** What laws ask for, whatever is set. */
export const floors: readonly Term[] = [
  {
    action: 'agents.*',
    months: 6,
    law: 'Regulation (EU) 2024/1689 (AI Act), Articles 19 and 26(6): logs of a high-risk AI system are kept for at least six months.',
  },
];

export const defaultTerms: Terms = {
  lineMonths: leastLineMonths,
  longer: [],
  requestMonths: leastLineMonths,
  valueMonths: leastLineMonths,
  obligations: [],
};

/** @throws audit-logs.belowMinimum when a term is shorter than what is promised or asked for by law */
export function checkTerms(terms: Terms): Terms {
  if (terms.lineMonths < leastLineMonths)
    throw keepingProblems.belowMinimum({ what: 'Entries', months: leastLineMonths, law: 'the promise of this platform.' });
  for (const { action, months } of terms.obligations) {
    const floor = floors.find((one) => one.action === action);
    if (floor !== undefined && months < floor.months)
      throw keepingProblems.belowMinimum({ what: `Personal parts of ${action}`, months: floor.months, law: floor.law });
  }
  return terms;
}

/** Whether a term speaks of an action: `agents.*` of all that begin so. */
export function covers({ action }: Pick<Term, 'action'>, of: string): boolean {
  return action.endsWith('.*') ? of.startsWith(action.slice(0, -1)) : of === action;
}

/** The longest of the obligations that any of these actions is under; null when there is none. */
export function longestObligation({ obligations }: Pick<Terms, 'obligations'>, actions: readonly string[]): Term | null {
  return longest([...floors, ...obligations].filter((term) => actions.some((action) => covers(term, action))));
}

function longest(terms: readonly Term[]): Term | null {
  return terms.reduce<Term | null>((best, term) => (best === null || term.months > best.months ? term : best), null);
}

/** Months for which entries with these actions stay. */
export function lineMonths({ lineMonths: base, longer }: Terms, actions: readonly string[]): number {
  return Math.max(base, longest(longer.filter((term) => actions.some((action) => covers(term, action))))?.months ?? 0);
}

/** Months from before which personal parts may still be under an obligation: nothing older has to be looked at. */
export function longestPossible({ obligations }: Pick<Terms, 'obligations'>): number {
  return Math.max(...[...floors, ...obligations].map(({ months }) => months));
}

/**
 * The day a term of months ends that began on a day: the same day of the month, or the last one where the month is shorter.
 * @param day as `2024-02-29`. @returns as `2031-02-28`
 */
export function addMonths(day: string, months: number): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  const first = new Date(Date.UTC(year, month - 1 + months, 1));
  const last = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  return new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth(), Math.min(date, last))).toISOString().slice(0, 10);
}

/** The first day after a month given as `2026-11`. */
export const monthEnd = (month: string): string => addMonths(`${month}-01`, 1);
