/** Readings that are recorded once for a while: paging through a list, or typing into its search, is one reading and not a hundred entries. */
import type { Context } from '../contract/actor.ts';
import type { Endpoint, Reading } from '../contract/endpoint.ts';
import { type AuditRecord, audit } from './audit.ts';

const noteEveryMs = 60_000;
const mostReaders = 10_000;
const noted = new Map<string, number>();
/** Where in the answer somebody is, not what they asked. */
const places = new Set(['cursor', 'limit', 'page', 'per_page', 'offset']);

type Recorded = Pick<Endpoint, 'method' | 'path' | 'tag' | 'operation'> & { readonly reading: Reading };
type Write = (context: Context, work: () => Promise<void>) => Promise<void>;

/**
 * After the function ran and before its answer is given, which is refused when the reading cannot be recorded. Once a minute for a person
 * and question, in this process.
 * @param write runs it in a transaction of its own. @throws audit.unavailable
 */
export async function noteReading(endpoint: Recorded, input: unknown, context: Context, write: Write): Promise<void> {
  const { shownTo } = endpoint.reading;
  if (shownTo !== undefined && !context.actor.permissions.has(shownTo)) return;
  const asked = askedOf(endpoint, input);
  const key = JSON.stringify([context.actor.workspaceId, context.actor.id, endpoint.path, asked]);
  const now = performance.now();
  const last = noted.get(key);
  if (last !== undefined && now - last < noteEveryMs) return;
  await write(context, () => audit.record(recordOf(endpoint, asked)));
  if (noted.size >= mostReaders) noted.clear();
  noted.set(key, now);
}

function recordOf({ method, path, tag, operation, reading }: Recorded, { id, ...asked }: Asked): AuditRecord {
  return {
    action: reading.action ?? `${tag}.${operation}`,
    resource: { type: reading.resource ?? tag, id: typeof id === 'string' ? id : null },
    outcome: 'allowed',
    change: { after: asked },
    request: { method, endpoint: path },
  };
}

type Asked = Readonly<Record<string, unknown>>;
/** What of a question its entry may repeat; `withheld` names what else was given. Pure. */
export function askedOf({ path, reading }: Pick<Recorded, 'path' | 'reading'>, input: unknown): Asked {
  const told = new Set([...(reading.repeats ?? []), ...[...path.matchAll(/:(\w+)/g)].map(([, name]) => name)]);
  const given = Object.entries(typeof input === 'object' && input !== null ? input : {}).filter(
    ([name, value]) => value !== undefined && !places.has(name),
  );
  const withheld = given.map(([name]) => name).filter((name) => !told.has(name));
  return { ...Object.fromEntries(given.filter(([name]) => told.has(name))), ...(withheld.length === 0 ? {} : { withheld }) };
}
