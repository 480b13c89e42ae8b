/** Which role must have a second factor, and until when somebody must have enrolled one. */
import type { ParsedInputOf } from '../../../contract/endpoint.ts';
import { Role } from '../../../contract/permission.ts';
import { audit } from '../../../platform/audit.ts';
import type { changeFactorPolicy, FactorDemand, RolePolicy } from '../contract.ts';
import type { Account, SessionRow } from '../store.ts';
import { countByRole, type Demand, readPolicies, restartTerms, savePolicy } from './policy-store.ts';

const dayMs = 86_400_000;
const demandedByDefault: ReadonlySet<Role> = new Set(['admin', 'ciso', 'compliance_officer']);

/** Until a workspace says otherwise: who can change people, integrations or evidence must have one within a week. */
export function defaultDemand(role: Role): Demand {
  return { demanded: demandedByDefault.has(role), days: 7 };
}

/** In a transaction of the workspace. */
export async function demandsOfRoles(): Promise<ReadonlyMap<Role, Demand>> {
  const kept = await readPolicies();
  return new Map(Role.options.map((role) => [role, kept.get(role) ?? defaultDemand(role)]));
}

type Person = Pick<Account, 'role' | 'factors' | 'factorTermFrom'>;
/** Until when this person must have enrolled a second factor; null: none is demanded, or they have one. Pure. */
export function dueOf({ role, factors, factorTermFrom }: Person, demands: ReadonlyMap<Role, Demand>): Date | null {
  const demand = demands.get(role) ?? defaultDemand(role);
  if (!demand.demanded || factors.length > 0) return null;
  return new Date(factorTermFrom.getTime() + demand.days * dayMs);
}

/** In a transaction of the workspace. Asks the database only about those who have no factor. */
export async function dueNow(person: Person): Promise<Date | null> {
  return person.factors.length > 0 ? null : dueOf(person, await demandsOfRoles());
}

export async function demandAnswer(person: Person, session: Pick<SessionRow, 'enrolmentOnly' | 'proofs'>): Promise<FactorDemand> {
  // A second factor that the provider asked for is one: nothing is demanded of this session.
  const due = session.proofs.includes('provider-mfa') ? null : await dueNow(person);
  return due === null ? null : { dueAt: due.toISOString(), enrolmentOnly: session.enrolmentOnly };
}

export async function isDemanded(role: Role): Promise<boolean> {
  return (await demandsOfRoles()).get(role)?.demanded ?? false;
}

export async function factorPolicies(): Promise<{ roles: RolePolicy[] }> {
  const demands = await demandsOfRoles();
  const counts = await countByRole(new Map([...demands].map(([role, { days }]) => [role, days])));
  return {
    roles: [...demands].map(([role, demand]) => {
      const { people, without, overdue } = counts.get(role) ?? { people: 0, without: 0, overdue: 0 };
      return { role, ...demand, people, without, overdue: demand.demanded ? overdue : 0 };
    }),
  };
}

export async function changePolicy({ role, demanded, days }: ParsedInputOf<typeof changeFactorPolicy>): Promise<RolePolicy> {
  const before = (await demandsOfRoles()).get(role) ?? defaultDemand(role);
  await savePolicy(role, { demanded, days });
  // Nobody finds themselves shut out by a rule they could not have known.
  if (demanded && (!before.demanded || days < before.days)) await restartTerms(role);
  audit.subject({ type: 'settings', id: `second-factors.${role}` });
  audit.change({ before, after: { demanded, days } });
  const { roles } = await factorPolicies();
  return roles.find((one) => one.role === role) ?? { role, demanded, days, people: 0, without: 0, overdue: 0 };
}
