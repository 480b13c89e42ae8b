/** Who reads lists of people leaves an entry with what they asked for, not one per person. */
import type { Context } from '../../../contract/actor.ts';
import type { OutputOf, ParsedInputOf } from '../../../contract/endpoint.ts';
import { audit } from '../../../platform/audit.ts';
import { noteReading } from '../../../platform/audit-reading.ts';
import { transaction } from '../../../platform/database/database.ts';
import type { listInvitations, listPeopleFindings, listUsers } from '../contract.ts';
import { findings } from '../posture/weak-spots.ts';
import { invitations, people } from './people.ts';

/** Words somebody looks for are mostly names: the entry says that there were some. */
export async function readPeople(input: ParsedInputOf<typeof listUsers>, context: Context): Promise<OutputOf<typeof listUsers>> {
  const asked = { role: input.role, active: input.active, searched: input.q !== undefined };
  await noteReading(context, {
    question: `users ${JSON.stringify(asked)}`,
    record: () => audit.record({ action: 'identity.list-users', ...readingOf('users', asked) }),
  });
  return transaction(context, () => people(input), { readOnly: true });
}

export async function readInvitations(
  input: ParsedInputOf<typeof listInvitations>,
  context: Context,
): Promise<OutputOf<typeof listInvitations>> {
  const asked = { state: input.state };
  await noteReading(context, {
    question: `invitations ${JSON.stringify(asked)}`,
    record: () => audit.record({ action: 'identity.list-invitations', ...readingOf('invitations', asked) }),
  });
  return transaction(context, () => invitations(input), { readOnly: true });
}

export async function readFindings(
  input: ParsedInputOf<typeof listPeopleFindings>,
  context: Context,
): Promise<OutputOf<typeof listPeopleFindings>> {
  const asked = { check: input.check };
  await noteReading(context, {
    question: `findings ${JSON.stringify(asked)}`,
    record: () => audit.record({ action: 'identity.list-findings', ...readingOf('users', asked) }),
  });
  return transaction(context, () => findings(input), { readOnly: true });
}

const readingOf = (type: string, asked: Readonly<Record<string, unknown>>) =>
  ({ resource: { type, id: null }, outcome: 'allowed', change: { after: asked } }) as const;
