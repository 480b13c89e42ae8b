/** The request that goes through a guard. */
import { commonProblems } from '../../../contract/problem.ts';
import { handle, type RequestContext, type Route } from '../../../platform/http/handle.ts';
import { screeningState } from '../screening/screening-state.ts';
import { guardInfer, guardProblems } from './guard-contract.ts';
import { serveGuarded } from './guarded-request.ts';

/** The key is one of its names even where a header is the other: a blocked key cannot rename itself. */
function clientsOf({ actor, header }: RequestContext, clientHeader: string | null): readonly [string, ...string[]] {
  const own = actor.credential?.id ?? actor.id;
  const named = clientHeader === null ? undefined : header?.(clientHeader)?.trim();
  if (named === undefined || named === '' || named === own) return [own];
  if (named.length > 200) throw guardProblems.guardInput({ reason: `the header ${clientHeader} is longer than 200 characters` });
  return [named, own];
}

export const inferRoute: Route = handle(
  guardInfer,
  async ({ name }, context) => {
    const receivedAtMs = performance.now();
    const { actor, bytes, signal, traceId } = context;
    if (bytes === undefined) throw commonProblems.mediaType({ expected: 'application/json' });
    const present = screeningState(actor.workspaceId);
    const state = present instanceof Promise ? await present : present;
    const guard = state.guards.get(name);
    if (guard === null) throw guardProblems.guardNotFound({ name });
    if (!guard.row.enabled) throw guardProblems.guardOff({ name });
    const clients = clientsOf(context, guard.row.mapping.clientHeader);
    return serveGuarded(state, guard, { bytes, clients, path: `/api/guard/${name}/infer`, traceId, signal, receivedAtMs });
  },
  { transaction: 'none' },
);
