/** Sends news where the rules say. Joins the ambient transaction. */
import { isProblem } from '../../../contract/problem.ts';
import { call } from '../../../platform/http/call.ts';
import { getAsset } from '../../ai-assets/contract.ts';
import { enqueue, type Target } from '../deliveries/enqueue.ts';
import type { News } from '../deliveries/message.ts';
import { enabledDestinations } from '../destinations/destination-store.ts';
import type { Hours } from '../destinations/hours.ts';
import { routedTo } from './match-rules.ts';
import { enabledRules } from './rule-store.ts';

export type Routing = {
  /** What rules know it as; a word of its own is a `message` to them. */
  readonly event: string;
  readonly categories: readonly string[];
  /** These were told by name already. */
  readonly toldAlready?: readonly string[];
};

/** @returns ids in the outbox; none when no rule wants it */
export async function routeNews(news: News, { event, categories, toldAlready = [] }: Routing, at = new Date()): Promise<string[]> {
  const rules = await enabledRules();
  if (rules.length === 0) return [];
  const asksTags = rules.some(({ assetTags }) => assetTags.length > 0);
  const assetTags = asksTags && news.assetId !== null ? await tagsOf(news.assetId) : [];
  const routed = new Map(routedTo(rules, { event, severity: news.severity, categories, assetTags }, at));
  for (const id of toldAlready) routed.delete(id);
  return await enqueue(news, await targetsOf(routed), at);
}

/** Of those that are switched on, with their own quiet hours added. */
export async function targetsOf(chosen: ReadonlyMap<string, readonly Hours[]>): Promise<Target[]> {
  const rows = await enabledDestinations([...chosen.keys()]);
  return rows
    .map(({ id, coalesceRepeats, quiet }) => ({
      id,
      coalesceRepeats,
      quiet: [...(chosen.get(id) ?? []), ...(quiet === null ? [] : [quiet])],
    }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** An asset that is gone has no tags. */
async function tagsOf(id: string): Promise<readonly string[]> {
  try {
    return (await call(getAsset, { id })).tags;
  } catch (error) {
    if (isProblem(error) && error.status === 404) return [];
    throw error;
  }
}
