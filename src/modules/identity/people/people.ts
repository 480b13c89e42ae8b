/** What those who may manage people do: roles, locks, invitations. */
import type { ParsedInputOf } from '../../../contract/endpoint.ts';
import type { Page } from '../../../contract/page.ts';
import type { Permission, Role } from '../../../contract/permission.ts';
import { audit } from '../../../platform/audit.ts';
import type { RequestContext } from '../../../platform/http/handle.ts';
import { derivedKey } from '../../../platform/secret.ts';
import {
  type changeUser,
  type Invitation,
  identityProblems,
  type inviteUser,
  type listInvitations,
  type listUsers,
  type User,
} from '../contract.ts';
import { forgetAfterCommit } from '../departments/department-rule.ts';
import { updateDepartment } from '../departments/department-store.ts';
import { demandsOfRoles, dueNow, dueOf } from '../factors/policy.ts';
import { failureSubject } from '../sign-in/email-key.ts';
import {
  type Account,
  endSessions,
  findAccount,
  findListedAccount,
  forgetFailures,
  type ListedAccount,
  listAccounts,
  lockAccount,
  lockActiveAdmins,
  readWorkspace,
  updateAccount,
} from '../store.ts';
import {
  insertInvitation,
  type ListedInvitation,
  listInvitationRows,
  lockOpenInvitation,
  revokeInvitationRow,
} from './invitation-store.ts';
import { issueInvitationToken } from './invitation-token.ts';
import { permissionsOf } from './permission-matrix.ts';
import { changeRole } from './role-change.ts';

/** Days an invitation link works. */
export const invitationDays = 7;

export async function people({ q, role, active, ...paging }: ParsedInputOf<typeof listUsers>): Promise<Page<User>> {
  const demands = await demandsOfRoles();
  return listAccounts({ q, role, active }, paging, (row) => userAnswer(row, dueOf(row, demands)));
}

export async function readPerson(id: string): Promise<User> {
  const found = await findListedAccount(id);
  if (!found) throw identityProblems.userNotFound({ id });
  return userAnswer(found, await dueNow(found));
}

export async function changePerson(change: ParsedInputOf<typeof changeUser>, { actor }: RequestContext): Promise<User> {
  const { id, role, active, department } = change;
  // Admins are locked before the person, always in this order: two who demote each other wait instead of leaving nobody.
  const admins = await lockActiveAdmins();
  const person = await lockAccount(id);
  if (!person) throw identityProblems.userNotFound({ id });
  demandReach(actor.permissions, person.role);
  if (role !== undefined) demandReach(actor.permissions, role);
  const staysAdmin = (role ?? person.role) === 'admin' && (active ?? person.active);
  if (admins.includes(id) && admins.length === 1 && !staysAdmin) throw identityProblems.lastAdmin();

  if (role !== undefined) await changeRole(person, role);
  if (active !== undefined) await updateAccount(id, { active });
  if (department !== undefined) await updateDepartment(id, department);
  if (active === false) await endSessions(id, 'locked-by-admin');
  if (change.unlock || active === true) await forgetFailures(failureSubject(person.emailKey));
  forgetAfterCommit();
  noteChange(person, change);
  return readPerson(id);
}

function noteChange(person: Account, { id, role, active, department, unlock }: ParsedInputOf<typeof changeUser>): void {
  audit.subject({ type: 'users', id });
  audit.change({
    before: { role: person.role, active: person.active, ...(department === undefined ? {} : { department: person.department }) },
    after: {
      role: role ?? person.role,
      active: active ?? person.active,
      ...(department === undefined ? {} : { department }),
      ...(unlock ? { unlocked: true } : {}),
    },
  });
}

/** Nobody reaches above themselves: managing a person, and giving a role, needs every permission of it. */
export function demandReach(own: ReadonlySet<Permission>, role: Role): void {
  if (!permissionsOf(role).isSubsetOf(own)) throw identityProblems.beyondYourRole();
}

export async function invite({ email, role, department = null }: ParsedInputOf<typeof inviteUser>, { actor }: RequestContext) {
  demandReach(actor.permissions, role);
  const inviter = await findAccount(actor.id);
  const home = await readWorkspace();
  if (!inviter || !home) throw identityProblems.needsSession();
  const row = await insertInvitation({ email, role, department, invitedBy: inviter.id, days: invitationDays });
  audit.subject({ type: 'invitations', id: row.id });
  audit.change({ after: { role, ...(department === null ? {} : { department }), expiresAt: row.expiresAt } });
  const token = issueInvitationToken(
    { id: row.id, email, role, workspace: home.name, expiresAt: row.expiresAt.toISOString() },
    derivedKey('invitation'),
  );
  const answer = invitationAnswer({ invitation: row, inviter: inviter.name, state: 'open' });
  // In the fragment: browsers send it to no server, so it stands in no log.
  return { ...answer, token, path: `/register#${token}` };
}

export function invitations({ state, ...paging }: ParsedInputOf<typeof listInvitations>): Promise<Page<Invitation>> {
  return listInvitationRows(state, paging, invitationAnswer);
}

export async function revoke(id: string): Promise<Invitation> {
  const open = await lockOpenInvitation(id);
  if (!open) throw identityProblems.invitationNotFound({ id });
  audit.subject({ type: 'invitations', id });
  const inviter = await findAccount(open.invitedBy);
  return invitationAnswer({ invitation: await revokeInvitationRow(id), inviter: inviter?.name ?? '', state: 'revoked' });
}

function invitationAnswer({ invitation, inviter, state }: ListedInvitation): Invitation {
  return {
    id: invitation.id,
    email: invitation.email,
    role: invitation.role,
    department: invitation.department,
    invitedBy: { id: invitation.invitedBy, name: inviter },
    createdAt: invitation.createdAt.toISOString(),
    expiresAt: invitation.expiresAt.toISOString(),
    state,
  };
}

function userAnswer(row: ListedAccount, due: Date | null): User {
  return {
    id: row.id,
    email: row.email,
    name: row.name,
    role: row.role,
    department: row.department,
    active: row.active,
    lockedUntil: row.lockedUntil?.toISOString() ?? null,
    failedSignIns: row.failures,
    factors: row.factors,
    factorDueAt: due?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    lastSignInAt: row.lastSignInAt?.toISOString() ?? null,
  };
}
