/** Which account somebody lands in who comes from a provider. The provider's own id decides; an e-mail address alone never does. */
import type { Role } from '../../../contract/permission.ts';
import { emailKey } from '../sign-in/email-key.ts';
import type { Account } from '../store.ts';
import { findAccount, isSomebodyRegistered } from '../store.ts';
import { type Arrival, countingEmail, displayName } from './arrival.ts';
import type { Walk } from './checks.ts';
import { findAccountByEmail, findLink, type Link } from './link-store.ts';
import { singleSignOnProblems } from './provider-contract.ts';
import type { Provider } from './provider-store.ts';
import { decideRole } from './role-rules.ts';

export type AccountChoice =
  | { readonly kind: 'known'; readonly link: Link; readonly account: Account; readonly role: Role | null }
  | { readonly kind: 'same-email'; readonly account: Account; readonly email: string; readonly role: Role | null }
  | { readonly kind: 'new'; readonly email: string; readonly name: string; readonly role: Role };

/**
 * Reads only: a test sign-in asks the same. In a transaction of the provider's workspace.
 * @returns the account; `role` is what the rules give when the provider manages roles, else null (as it is).
 * @throws identity.providerEmail, identity.providerNoAccount
 */
export async function chooseAccount(provider: Provider, arrival: Arrival, walk: Walk): Promise<AccountChoice> {
  const link = await findLink(provider.id, arrival.subject);
  const account = link && (await findAccount(link.accountId));
  if (link && account) {
    walk.at('account');
    demandActive(account, walk);
    walk.note('Connected to an account here.');
    return { kind: 'known', link, account, role: managedRole(provider, arrival, walk) };
  }
  const email = countingEmail(arrival, provider, walk);
  walk.at('account');
  const owner = await findAccountByEmail(emailKey(email));
  if (owner !== undefined) return sameEmail(provider, arrival, { account: owner, email, walk });
  if (!provider.policy.createPeople)
    throw walk.refused(
      'Nobody here is connected to this id, and accounts are not made by this provider.',
      singleSignOnProblems.providerNoAccount(),
    );
  walk.note('Comes for the first time: signing in makes an account.');
  const role = roleByRules(provider, arrival, walk);
  await demandAdminFirst(role, walk);
  return { kind: 'new', email, name: displayName(arrival, email), role };
}

type Owned = { readonly account: Account; readonly email: string; readonly walk: Walk };
function sameEmail(provider: Provider, arrival: Arrival, { account, email, walk }: Owned): AccountChoice {
  if (!provider.policy.linkByEmail)
    throw walk.refused(
      'An account with this address exists and is not connected. Its owner connects the provider on the account page, or an admin allows accounts to be found by verified address.',
      singleSignOnProblems.providerEmail(),
    );
  demandActive(account, walk);
  walk.note('An account with this verified address exists: signing in connects it.');
  return { kind: 'same-email', account, email, role: managedRole(provider, arrival, walk) };
}

/** Were the first account no admin's, nobody could ever become one: registration asks only whether anybody is there. */
async function demandAdminFirst(role: Role, walk: Walk): Promise<void> {
  if (role === 'admin' || (await isSomebodyRegistered())) return;
  throw walk.refused('Nobody is registered here yet: the first account must be an admin’s.', singleSignOnProblems.providerNoAccount());
}

function demandActive({ active }: Account, walk: Walk): void {
  if (!active) throw walk.refused('The account is locked by an admin.', singleSignOnProblems.providerNoAccount());
}

function managedRole(provider: Provider, arrival: Arrival, walk: Walk): Role | null {
  if (provider.policy.managesRoles) return roleByRules(provider, arrival, walk);
  walk.at('role');
  walk.note('The role is the one given here: this provider does not manage roles.');
  return null;
}

function roleByRules({ policy }: Provider, { claims }: Arrival, walk: Walk): Role {
  walk.at('role');
  const { role, why } = decideRole(policy, claims);
  if (role === null) throw walk.refused(why, singleSignOnProblems.providerNoAccount());
  walk.note(`${role}. ${why}`);
  return role;
}
