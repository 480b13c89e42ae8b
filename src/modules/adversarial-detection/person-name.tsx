/** People are kept by id: their names are known to those who may see people, and their own to everybody. */
import { useSession } from '../../client/session.ts';
import { useEndpoint } from '../../client/use-endpoint.ts';
import { inertLine } from '../../ui/inert.ts';
import { listUsers } from '../identity/contract.ts';

/** `you`, a name, or `somebody` where it may not be known; machines go by what they are called. */
export function PersonName({ id }: { id: string | null }) {
  const { can, user } = useSession();
  const isPerson = id !== null && /^[0-9a-f]{8}-/.test(id);
  const people = useEndpoint(listUsers, { limit: 200 }, { enabled: isPerson && id !== user?.id && can('users:read') });
  if (id === null) return 'somebody';
  if (id === user?.id) return 'you';
  if (!isPerson) return inertLine(id, 80);
  return inertLine(people.data?.items.find((one) => one.id === id)?.name ?? 'somebody', 200);
}
