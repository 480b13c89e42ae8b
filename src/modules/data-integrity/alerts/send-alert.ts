/** Alerts of a monitor that names destinations go there, besides where the rules of notifications send what reaches security. */
import type { z } from 'zod';
import type { StoredEvent } from '../../../contract/event.ts';
import { isProblem } from '../../../contract/problem.ts';
import { audit } from '../../../platform/audit.ts';
import { attempt } from '../../../platform/database/database.ts';
import { call } from '../../../platform/http/call.ts';
import { sendMessage } from '../../notifications/contract.ts';
import type { dataAlertRaised } from '../contract.ts';
import { findMonitor } from '../monitors/monitor-store.ts';

type News = z.output<typeof dataAlertRaised.payload>;

/**
 * Joins the ambient transaction. A destination that was removed or switched off since keeps no other from being told; that it was not
 * told is in the audit log.
 */
export async function sendAlert(news: News, event: StoredEvent): Promise<string[]> {
  const monitor = news.monitorId === null ? null : await findMonitor(news.monitorId);
  if (monitor === null) return [];
  let destinations = monitor.destinations;
  while (destinations.length > 0) {
    try {
      const { outboxIds } = await attempt(() => call(sendMessage, messageOf(news, { event, monitor: monitor.name, destinations })));
      return outboxIds;
    } catch (error) {
      const gone = isProblem(error) && error.code === 'notifications.messageDestinationUnknown' ? error.params['id'] : null;
      if (gone === null || !destinations.some((id) => id === gone)) throw error;
      destinations = destinations.filter((id) => id !== gone);
      await audit.record({
        action: 'data-quality.alert-not-sent',
        resource: { type: 'data-quality-alert', id: news.alertId },
        outcome: 'failed',
        change: { after: { monitorId: monitor.id, destinationId: gone } },
      });
    }
  }
  return [];
}

type Letter = { readonly event: StoredEvent; readonly monitor: string; readonly destinations: readonly string[] };

function messageOf({ alertId, assetId, assetName, severity, title, detail, count }: News, { event, monitor, destinations }: Letter) {
  const seen = count > 1 ? ` Found by ${count} runs.` : '';
  return {
    event: 'data-alert.raised',
    severity,
    title: `${assetName}: ${title}`.slice(0, 300),
    text: `${detail}${seen} Monitor: ${monitor}.`.slice(0, 4000),
    link: `/data-quality/tables/${assetId}?tab=alerts`,
    destinationIds: [...destinations],
    orderingKey: `data-alert:${alertId}`,
    // The event is heard once; should it be heard again nothing more is sent.
    eventId: event.id,
  };
}
