/** News that rules may send outside, and the end of what was kept long enough. */
import { z } from 'zod';
import { isProblem } from '../../contract/problem.ts';
import { config } from '../../platform/config.ts';
import { transaction } from '../../platform/database/database.ts';
import { on } from '../../platform/events/subscribe.ts';
import { call } from '../../platform/http/call.ts';
import { defineJob } from '../../platform/jobs/jobs.ts';
import { incidentChanged, incidentEscalated, incidentOpened } from '../incidents/contract.ts';
import { alertRaised, getAlert, type SecurityAlert } from '../security-alerts/contract.ts';
import { removeOld } from './deliveries/delivery-store.ts';
import { routeNews } from './rules/route-news.ts';
import { alertNews } from './templates/alert-raised.ts';
import { changedNews, escalatedNews, openedNews } from './templates/incident.ts';

/** What this slice raises alerts about itself would go round in a circle: it tells those by itself. */
const own = 'notifications';
const consumer = 'notifications';

async function alertOf(id: string): Promise<SecurityAlert | null> {
  try {
    return await call(getAlert, { id });
  } catch (error) {
    if (isProblem(error) && error.status === 404) return null;
    throw error;
  }
}

export const subscriptions = [
  on(alertRaised, consumer, async (payload, event) => {
    const alert = await alertOf(payload.alertId);
    if (alert === null || alert.source === own) return;
    const { description, category, technique, fingerprint, source } = alert;
    const incidentId = payload.incidentId ?? alert.incidentId;
    await routeNews(alertNews({ ...payload, incidentId, description, category, techniques: technique, fingerprint }, event), {
      event: 'alert.raised',
      categories: [category, source],
    });
  }),
  on(incidentOpened, consumer, async (payload, event) => {
    await routeNews(openedNews(payload, event), { event: 'incident.opened', categories: [payload.category] });
  }),
  on(incidentChanged, consumer, async (payload, event) => {
    await routeNews(changedNews(payload, event), { event: 'incident.changed', categories: [payload.category] });
  }),
  on(incidentEscalated, consumer, async (payload, event) => {
    // Those that the escalation names are sent their message in its own transaction.
    const { category, destinationIds: toldAlready } = payload;
    await routeNews(escalatedNews(payload, event), { event: 'incident.escalated', categories: [category], toldAlready });
  }),
];

export const notificationRetention = defineJob({
  kind: 'notifications.retention',
  title: 'Remove old deliveries',
  input: z.object({}),
  schedule: '17 3 * * *',
  transient: true,
  run: (_input, { context }) => transaction(context, () => removeOld(config().JOB_RETENTION_DAYS)),
});
export const jobs = [notificationRetention];
