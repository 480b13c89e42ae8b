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
  return people.get(id) ?? (kind === 'user' ? truncateMiddle(id, 14) : id);
}

export function resourceName({ type, id }: AuditEntry['resource'], people: People): string {
  if (id === null) return type;
  return type === 'users' ? (people.get(id) ?? truncateMiddle(id, 14)) : truncateMiddle(id, 20);
}
