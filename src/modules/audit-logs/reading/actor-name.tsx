/** Entries hold ids, no names: the page asks who they are now. */
import { useMemo } from 'react';
import { useSession } from '../../../client/session.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { truncateMiddle } from '../../../ui/format.ts';
import { listUsers } from '../../identity/contract.ts';
import type { AuditEntry } from '../contract.ts';

export type People = ReadonlyMap<string, string>;

/** Names by id; empty while loading, and for a reader who may not see people. */
export function usePeople(): People {
  const { can } = useSession();
  const people = useEndpoint(listUsers, { limit: 500 }, { enabled: can('users:read') });
  return useMemo(() => new Map((people.data?.items ?? []).map(({ id, name }) => [id, name])), [people.data]);
}

export function actorName({ kind, id }: AuditEntry['actor'], people: People): string {
  if (id === 'anonymous') return 'Nobody signed in';
  const known = people.get(id);
  if (known !== undefined) return known;
  if (kind === 'user') return truncateMiddle(id, 14);
  // `timer:<id>`: which one it was is in the title and in the entry.
  const [word = id, ofWhat] = id.split(':');
  return ofWhat === undefined ? id : `The platform, ${word}`;
}

export function resourceName({ type, id }: AuditEntry['resource'], people: People): string {
  if (id === null) return type;
  return type === 'users' ? (people.get(id) ?? truncateMiddle(id, 14)) : truncateMiddle(id, 20);
}
