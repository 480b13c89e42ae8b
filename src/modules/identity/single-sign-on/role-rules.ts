/** From what a provider says about somebody to their role here. */
import type { Role } from '../../../contract/permission.ts';
import type { Claims, RoleDecision, RoleRule } from './provider-contract.ts';

const deepestPath = 8;
/** Values of one claim that are looked at: directories list hundreds of groups, not more. */
const mostValues = 2000;
const mostShown = 5;

type Rules = { readonly roleRules: readonly RoleRule[]; readonly defaultRole: Role | null };

/**
 * The first rule that fits decides; without one the default role, and without that nobody comes in (null).
 *
 * @param claims what the provider said, an object of any shape; names are the provider's, so nothing is looked up in prototypes.
 * @returns the role and, for every rule, whether it fits and why, as a sentence. Pure; O(rules × values).
 */
export function decideRole({ roleRules, defaultRole }: Rules, claims: Claims): RoleDecision {
  const judged = roleRules.map((rule) => judge(rule, claims));
  const first = judged.findIndex(({ fits }) => fits);
  const rules = judged.map((one, at) => ({ ...one, decides: at === first }));
  const chosen = roleRules[first];
  if (chosen !== undefined) return { role: chosen.role, why: `Rule ${first + 1} fits: ${judged[first]?.why ?? ''}`, rules };
  const none = roleRules.length === 0 ? 'There are no rules' : 'No rule fits';
  if (defaultRole === null) return { role: null, why: `${none} and there is no default role: sign-in is refused.`, rules };
  return { role: defaultRole, why: `${none}: the default role.`, rules };
}

function judge({ claim, operator, value }: RoleRule, claims: Claims): { fits: boolean; why: string } {
  const values = claimValues(claims, claim);
  if (values.length === 0) return { fits: false, why: `${claim} is missing or empty.` };
  const found = values.find((one) => compare[operator](one, value));
  const words = { is: 'is', 'starts-with': 'starts with', 'ends-with': 'ends with' }[operator];
  if (found !== undefined) return { fits: true, why: `${claim} holds “${short(found)}”, which ${words} “${short(value)}”.` };
  const more = values.length > mostShown ? ` and ${values.length - mostShown} more` : '';
  const shown = values
    .slice(0, mostShown)
    .map((one) => `“${short(one)}”`)
    .join(', ');
  return { fits: false, why: `${claim} holds ${shown}${more}: none ${words} “${short(value)}”.` };
}

const compare: Readonly<Record<RoleRule['operator'], (given: string, wanted: string) => boolean>> = {
  is: (given, wanted) => given === wanted,
  'starts-with': (given, wanted) => given.startsWith(wanted),
  'ends-with': (given, wanted) => given.endsWith(wanted),
};

/** The texts under a name: the claim of exactly this name (names may be URIs with dots), else the path it writes with dots. */
export function claimValues(claims: Claims, name: string): string[] {
  const named = own(claims, name);
  const found = named === undefined ? name.split('.', deepestPath).reduce<unknown>((at, part) => own(at, part), claims) : named;
  return (Array.isArray(found) ? found.slice(0, mostValues) : [found]).flatMap((one) => text(one) ?? []);
}

/** The first text under a name, when there is one that is not empty. */
export function claimText(claims: Claims, name: string): string | null {
  return claimValues(claims, name).find((one) => one.trim() !== '') ?? null;
}

function own(holder: unknown, name: string): unknown {
  if (typeof holder !== 'object' || holder === null || Array.isArray(holder)) return undefined;
  return Object.getOwnPropertyDescriptor(holder, name)?.value;
}

function text(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
}

function short(value: string): string {
  return value.length > 80 ? `${value.slice(0, 79)}…` : value;
}
