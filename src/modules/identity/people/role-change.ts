/** Another role for a person, whoever gives it: an admin, or the rules of a sign-in provider. */
import type { Role } from '../../../contract/permission.ts';
import { type Account, endSessions, updateAccount } from '../store.ts';
import { permissionsOf } from './permission-matrix.ts';

/**
 * In a transaction of the person's workspace, the account locked. The days within which the new role demands a second factor begin now.
 * A role with a permission more ends the sessions there were: one stolen from an engineer must not become one of an admin.
 */
export async function changeRole({ id, role: before }: Pick<Account, 'id' | 'role'>, role: Role): Promise<void> {
  if (role === before) return;
  await updateAccount(id, { role, factorTermFrom: new Date() });
  if (!permissionsOf(role).isSubsetOf(permissionsOf(before))) await endSessions(id, 'role-changed');
}
