/** Whom something can be given to. */
import { useSession } from '../../../client/session.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { listUsers } from '../../identity/contract.ts';
import { listDestinations } from '../../notifications/contract.ts';

type Choice = { value: string; label: string };

/** Those who can be seen; who may see nobody can still choose themselves. */
export function usePeople(): Choice[] {
  const { user, can } = useSession();
  const list = useEndpoint(listUsers, { active: true, limit: 200 }, { enabled: can('users:read') });
  if (list.data !== undefined) return list.data.items.map(({ id, name }) => ({ value: id, label: name }));
  return user === null ? [] : [{ value: user.id, label: user.name }];
}

export function useDestinations(): Choice[] {
  const { can } = useSession();
  const list = useEndpoint(listDestinations, { limit: 200 }, { enabled: can('notifications:read') });
  return list.data?.items.map(({ id, name, channel }) => ({ value: id, label: `${name} (${channel})` })) ?? [];
}
