/** Events that a person should look at now become alerts. */
import type { z } from 'zod';
import type { StoredEvent } from '../../contract/event.ts';
import { on } from '../../platform/events/subscribe.ts';
import { dataAlertRaised } from '../data-integrity/contract.ts';
import { type VulnerabilityNews, vulnerabilityOpened, vulnerabilityReopened } from '../vulnerabilities/contract.ts';
import { raise } from './alert.ts';

/** Critical ones, and attacks found in an artefact from high on: a weakness has days, these have minutes. */
export function deservesAlert({ severity, malicious }: Pick<VulnerabilityNews, 'severity' | 'malicious'>): boolean {
  return severity === 'critical' || (malicious && severity === 'high');
}

async function raiseFor(vulnerabilities: readonly VulnerabilityNews[], { at }: StoredEvent): Promise<void> {
  for (const { vulnerabilityId, number, assetId, assetName, severity, title, malicious, source } of vulnerabilities) {
    if (!deservesAlert({ severity, malicious })) continue;
    await raise({
      title,
      description: malicious ? 'The artefact carries the attack itself: do not load it.' : '',
      severity,
      source,
      fingerprint: vulnerabilityId,
      asset: { id: assetId, name: assetName },
      vulnerability: { id: vulnerabilityId, number },
      at: new Date(at),
    });
  }
}

/** Critical findings about data, and sets that look poisoned; the rest stays with those who look after the data. */
async function raiseForData(news: z.output<typeof dataAlertRaised.payload>, { at }: StoredEvent): Promise<void> {
  const { urgent, alertId, assetId, assetName, severity, title, detail } = news;
  if (!urgent) return;
  await raise({
    title: `${title} (${assetName})`.slice(0, 300),
    description: detail,
    severity,
    source: 'data-quality',
    fingerprint: alertId,
    asset: { id: assetId, name: assetName },
    vulnerability: null,
    at: new Date(at),
  });
}

const consumer = 'security-alerts';
export const subscriptions = [
  on(vulnerabilityOpened, consumer, ({ vulnerabilities }, event) => raiseFor(vulnerabilities, event)),
  on(vulnerabilityReopened, consumer, ({ vulnerabilities }, event) => raiseFor(vulnerabilities, event)),
  on(dataAlertRaised, consumer, raiseForData),
];
