/** When an alert becomes an incident, joins one, or brings one back. */

import { isProblem } from '../../../contract/problem.ts';
import { call } from '../../../platform/http/call.ts';
import { countAlertsNear, getAlert, type SecurityAlert } from '../../security-alerts/contract.ts';
import { isAtLeast, type ResponseSettings, responseSettings } from '../response-settings.ts';
import { findJoinable, findReopenable, incidentOfAlert, lockIncident, lockMatter } from './incident-store.ts';
import { join, open, reopenByRule } from './open-incident.ts';
import { reopenWithinMs } from './state.ts';

const minuteMs = 60_000;
const durationWords = (ms: number): string => (ms % minuteMs === 0 ? `${ms / minuteMs} min` : `${Math.round(ms / 1000)} s`);

/** What the rules look at. */
export type Matter = { readonly severity: SecurityAlert['severity']; readonly occurrences: number };

/**
 * Whether a matter deserves an incident: grave enough by itself, or repeated often enough lately.
 * From `escalateAtSeverity` on there must be something to acknowledge, so that opens one too. Pure.
 * @returns why, or null.
 */
export function reasonToOpen({ severity, occurrences }: Matter, settings: ResponseSettings): string | null {
  if (isAtLeast(severity, settings.incidentAtSeverity)) return `an alert of severity ${severity}`;
  if (isAtLeast(severity, settings.escalateAtSeverity)) return `an alert of severity ${severity}, which must be acknowledged`;
  const { count, withinMs } = settings.incidentAfterAlerts;
  return occurrences >= count ? `${occurrences} alerts within ${durationWords(withinMs)}` : null;
}

/** Looks at an alert that was raised, repeated or became more severe. */
export async function considerAlert(alertId: string): Promise<void> {
  const alert = await alertOrNull(alertId);
  if (alert === null || alert.state === 'closed') return;
  await lockMatter(alert.category, alert.assetId);
  const own = await incidentOfAlert(alertId);
  if (own !== null) {
    await rejoin(own, alert);
    return;
  }
  const settings = await responseSettings();
  const reopenable = await findReopenable(alert.fingerprint, reopenWithinMs);
  if (reopenable !== null) {
    await reopenByRule(reopenable, alert, settings);
    return;
  }
  const standing = await findJoinable(alert.category, alert.assetId);
  if (standing !== null) {
    await join(standing, [alert]);
    return;
  }
  await openFor(alert, settings);
}

/** A further occurrence of an alert that is in an incident: only its time and severity matter. */
async function rejoin(incidentId: string, alert: SecurityAlert): Promise<void> {
  const row = await lockIncident(incidentId);
  if (row === null) return;
  const main = row.mergedInto === null ? row : await lockIncident(row.mergedInto);
  if (main === null || main.state === 'false_positive') return;
  if (main.state === 'resolved' || main.state === 'closed') await reopenByRule(main, alert, await responseSettings());
  else await join(main, [alert]);
}

async function openFor(alert: SecurityAlert, settings: ResponseSettings): Promise<void> {
  const near =
    alert.assetId === null
      ? { alertIds: [alert.id], occurrences: alert.count }
      : await call(countAlertsNear, {
          assetId: alert.assetId,
          category: alert.category,
          withinMs: settings.incidentAfterAlerts.withinMs,
        });
  const because = reasonToOpen({ severity: alert.severity, occurrences: near.occurrences }, settings);
  if (because === null) return;
  const others: SecurityAlert[] = [];
  for (const id of near.alertIds) if (id !== alert.id && (await incidentOfAlert(id)) === null) others.push(await call(getAlert, { id }));
  await open(
    {
      title: alert.title,
      summary: alert.description,
      severity: alert.severity,
      category: alert.category,
      source: alert.source,
      asset: alert.assetId === null ? null : { id: alert.assetId, name: alert.assetName ?? 'An asset' },
      because,
    },
    [...others, alert],
    settings,
  );
}

async function alertOrNull(id: string): Promise<SecurityAlert | null> {
  try {
    return await call(getAlert, { id });
  } catch (error) {
    if (isProblem(error) && error.status === 404) return null;
    throw error;
  }
}
