/** Who acts and who is assigned, by name. */
import type { Context } from '../../../contract/actor.ts';
import { isProblem } from '../../../contract/problem.ts';
import { call } from '../../../platform/http/call.ts';
import { getUser } from '../../identity/contract.ts';
import { type Author, authorOf } from '../store.ts';
import { vulnerabilityProblems } from '../vulnerability.ts';
import type { Person } from './change.ts';

/** The person or machine behind a request. A person who was removed meanwhile keeps the id for a name. */
export async function actingPerson(context: Context): Promise<Author> {
  const { actor } = context;
  if (actor.kind !== 'user') return authorOf(context, actor.kind === 'service' ? actor.id : 'The platform');
  return authorOf(context, (await findPerson(actor.id))?.name ?? actor.id);
}

/** @throws vulnerabilities.assigneeNotFound */
export async function personToAssign(wanted: string | null, context: Context): Promise<Person | null> {
  if (wanted === null) return null;
  const id = wanted === 'me' ? context.actor.id : wanted;
  const person = await findPerson(id);
  if (person === null) throw vulnerabilityProblems.assigneeNotFound({ id });
  return person;
}

async function findPerson(id: string): Promise<Person | null> {
  try {
    const user = await call(getUser, { id });
    return user.active ? { id: user.id, name: user.name } : null;
  } catch (error) {
    // Not found, or no uuid because a machine acts.
    if (isProblem(error) && (error.status === 404 || error.status === 422)) return null;
    throw error;
  }
}
