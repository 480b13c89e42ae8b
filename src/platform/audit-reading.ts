/** Readings that are recorded once for a while: paging through a list, or typing into its search, is one reading and not a hundred entries. */
import type { Context } from '../contract/actor.ts';
import { transaction } from './database/database.ts';

const noteEveryMs = 60_000;
const mostReaders = 10_000;
const noted = new Map<string, number>();

export type Reading = {
  /** What makes two readings the same besides who reads: name of the list and what was asked of it, without the page. */
  readonly question: string;
  /** Records it; in a transaction of its own. */
  readonly record: () => Promise<void>;
};

/**
 * Before the reading itself, which is refused when it cannot be recorded. Once a minute for a person and question, in this process.
 * @throws audit.unavailable
 */
export async function noteReading(context: Context, { question, record }: Reading): Promise<void> {
  const key = JSON.stringify([context.actor.workspaceId, context.actor.id, question]);
  const now = performance.now();
  const last = noted.get(key);
  if (last !== undefined && now - last < noteEveryMs) return;
  await transaction(context, record);
  if (noted.size >= mostReaders) noted.clear();
  noted.set(key, now);
}
