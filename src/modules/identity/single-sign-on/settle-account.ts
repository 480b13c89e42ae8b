/** Makes, connects or renews the account of somebody who came from a provider. */
import type { Context } from '../../../contract/actor.ts';
import type { Role } from '../../../contract/permission.ts';
import { audit } from '../../../platform/audit.ts';
import { afterCommit, attempt } from '../../../platform/database/database.ts';
import { isUniqueViolation } from '../../../platform/database/database-problem.ts';
import { tellOwner } from '../notices/notice.ts';
import { changeRole } from '../people/role-change.ts';
import { emailKey } from '../sign-in/email-key.ts';
import { forgetRemembered } from '../sign-in/identify.ts';
import { type Account, lockAccount, lockActiveAdmins } from '../store.ts';
import { type AccountChoice, chooseAccount } from './account-choice.ts';
import type { Arrival } from './arrival.ts';
import type { Walk } from './checks.ts';
import { insertAccountWithoutPassword, insertLink, onePersonAtATime, touchLink } from './link-store.ts';
import { singleSignOnProblems } from './provider-contract.ts';
import type { Provider } from './provider-store.ts';

/**
 * In a transaction of the provider's workspace, in which all of it or nothing happens.
 * @throws identity.providerEmail, identity.providerNoAccount
 */
export async function settleAccount(
  provider: Provider,
  arrival: Arrival,
  { walk, context }: { walk: Walk; context: Context },
): Promise<Account> {
  await onePersonAtATime(provider.id, arrival.subject);
  const choice = await chooseAccount(provider, arrival, walk);
  if (choice.kind === 'new') return makeAccount(provider, arrival, choice);
  if (choice.kind === 'known') await touchLink(choice.link.id, arrival.email);
  else {
    await connect(provider, arrival, choice);
    await tellOwner(choice.account.id, 'provider-connected', context);
  }
  return choice.role === null ? choice.account : giveRole(choice.account, choice.role, provider);
}

async function makeAccount(provider: Provider, arrival: Arrival, { email, name, role }: AccountChoice & { kind: 'new' }): Promise<Account> {
  const account = await insertOnce({ email, emailKey: emailKey(email), name, role });
  await insertLink({ providerId: provider.id, subject: arrival.subject, accountId: account.id, email, madeBy: 'first-sign-in' });
  await audit.record({
    action: 'identity.register',
    resource: { type: 'users', id: account.id },
    outcome: 'done',
    change: { after: { role, provider: provider.slug } },
  });
  return account;
}

/** Addresses are unique in the installation, and this workspace sees its own people only. */
async function insertOnce(draft: Parameters<typeof insertAccountWithoutPassword>[0]): Promise<Account> {
  try {
    return await attempt(() => insertAccountWithoutPassword(draft));
  } catch (error) {
    if (isUniqueViolation(error, 'account_email')) throw singleSignOnProblems.providerEmail();
    throw error;
  }
}

async function connect(
  provider: Provider,
  { subject }: Arrival,
  { account, email }: AccountChoice & { kind: 'same-email' },
): Promise<void> {
  await insertLink({ providerId: provider.id, subject, accountId: account.id, email, madeBy: 'verified-email' });
  await audit.record({
    action: 'identity.connect-sign-in',
    resource: { type: 'users', id: account.id },
    outcome: 'done',
    change: { after: { provider: provider.slug, by: 'verified-email' } },
  });
}

/** The last active admin stays admin, whatever a provider says: nobody could put it right again. */
async function giveRole({ id }: Account, role: Role, { slug }: Provider): Promise<Account> {
  // In the order in which people are changed by hand: admins first, then the person.
  const admins = await lockActiveAdmins();
  const account = await lockAccount(id);
  if (account === undefined) throw singleSignOnProblems.providerNoAccount();
  if (account.role === role) return account;
  const isLastAdmin = account.role === 'admin' && admins.length === 1 && admins[0] === id;
  const change = { before: { role: account.role }, after: { role, provider: slug } };
  const subject = { action: 'identity.change-user', resource: { type: 'users', id }, change };
  if (isLastAdmin) {
    await audit.record({ ...subject, outcome: 'denied', reason: 'identity.lastAdmin' });
    return account;
  }
  await changeRole(account, role);
  await audit.record({ ...subject, outcome: 'done' });
  afterCommit(forgetRemembered);
  return { ...account, role };
}
