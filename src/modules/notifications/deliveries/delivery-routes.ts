/** The product door of deliveries: the ledger, sending again, and messages of other slices. */
import { audit } from '../../../platform/audit.ts';
import { handle, type Route } from '../../../platform/http/handle.ts';
import { routeNews, targetsOf } from '../rules/route-news.ts';
import { messageNews } from '../templates/message.ts';
import {
  type DeliveryDetail,
  getDelivery,
  listDeliveries,
  deliveryProblems as problems,
  replayDeliveries,
  replayDelivery,
  sendMessage,
  smsCallback,
} from './delivery-contract.ts';
import { findDelivery, listDeliveryRows, replayRow, replayRows } from './delivery-store.ts';
import { enqueue } from './enqueue.ts';
import { takeSmsCallback } from './sms-callback.ts';
import { wakeDeliveries } from './wake.ts';

const type = 'notifications-delivery';

async function deliveryOrRefuse(id: string): Promise<DeliveryDetail> {
  const found = await findDelivery(id);
  if (found === null) throw problems.deliveryNotFound({ id });
  return found;
}

/** It was not queued when it was read: what changed since, or what it is, says why it stays as it was. */
async function whyNotReplayed(id: string): Promise<Error> {
  const { state, event } = await deliveryOrRefuse(id);
  if (event === 'test') return problems.testOnce();
  return state === 'queued' ? problems.replayedAlready() : problems.destinationGone();
}

export const deliveryRoutes: readonly Route[] = [
  handle(listDeliveries, ({ cursor, limit, page, per_page, ...filter }) => listDeliveryRows(filter, { cursor, limit, page, per_page })),
  handle(getDelivery, ({ id }) => deliveryOrRefuse(id)),
  handle(replayDelivery, async ({ id }) => {
    const before = await deliveryOrRefuse(id);
    if (before.state === 'queued') throw problems.stillQueued({ nextAt: before.nextAt ?? 'the time of its digest' });
    if (!(await replayRow(id))) throw await whyNotReplayed(id);
    audit.subject({ type, id });
    audit.change({ before: { state: before.state }, after: { state: 'queued', replays: before.replays + 1 } });
    wakeDeliveries();
    return await deliveryOrRefuse(id);
  }),
  handle(replayDeliveries, async (range) => {
    const answer = await replayRows(range);
    audit.subject({ type, id: null });
    audit.change({ after: { ...range, ...answer } });
    wakeDeliveries();
    return answer;
  }),
  handle(sendMessage, async (draft) => {
    const news = messageNews(draft);
    const outboxIds =
      draft.destinationIds === undefined ? await routeNews(news, routingOf(news.event)) : await sendTo(news, draft.destinationIds);
    audit.subject({ type, id: outboxIds[0] ?? null });
    audit.change({ after: { event: draft.event, severity: draft.severity, title: news.title, incidentId: news.incidentId, outboxIds } });
    return { outboxIds };
  }),
  handle(smsCallback, (input, { header }) => takeSmsCallback(input, header?.('x-twilio-signature')), { transaction: 'none' }),
];

const known: ReadonlySet<string> = new Set(['alert.raised', 'incident.opened', 'incident.escalated', 'incident.changed']);
const routingOf = (event: string) => ({ event: known.has(event) ? event : 'message', categories: [event] });

/** @throws notifications.messageDestinationUnknown */
async function sendTo(news: ReturnType<typeof messageNews>, destinationIds: readonly string[]): Promise<string[]> {
  const targets = await targetsOf(new Map(destinationIds.map((id) => [id, []])));
  const missing = destinationIds.find((id) => !targets.some((target) => target.id === id));
  if (missing !== undefined) throw problems.messageDestinationUnknown({ id: missing });
  return await enqueue(news, targets);
}
