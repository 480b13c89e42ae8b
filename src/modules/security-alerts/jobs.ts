/** Events that a person should look at now become alerts. */
import type { z } from 'zod';
import type { StoredEvent } from '../../contract/event.ts';
import { isProblem } from '../../contract/problem.ts';
import { on } from '../../platform/events/subscribe.ts';
import { call } from '../../platform/http/call.ts';
import { calibrationDrifted, detectionMade } from '../adversarial-detection/contract.ts';
import { getAsset } from '../ai-assets/contract.ts';
import { anchorPlaceFailing, auditGapFound, auditHistoryDiffers, schemaChanged } from '../audit-logs/contract.ts';
import { dataAlertRaised } from '../data-integrity/contract.ts';
import { passkeyCopied, refreshReused, signInAttacked } from '../identity/contract.ts';
import { deliveryDead } from '../notifications/contract.ts';
import { type VulnerabilityNews, vulnerabilityOpened, vulnerabilityReopened } from '../vulnerabilities/contract.ts';
import { raise } from './alert.ts';
import { raiseForHistory, raiseForPlace } from './audit-alerts.ts';
import { raiseForAttackedSignIn, raiseForCopiedPasskey, raiseForReusedToken } from './identity-alerts.ts';

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
      category: malicious ? 'malicious-artefact' : 'vulnerability',
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
    category: 'data-quality',
    fingerprint: alertId,
    asset: { id: assetId, name: assetName },
    vulnerability: null,
    at: new Date(at),
  });
}

/** An attack that was recognised. What makes two of them the same is the detecting slice's to say. */
async function raiseForDetection(news: z.output<typeof detectionMade.payload>, { at }: StoredEvent): Promise<void> {
  const { detectionId, kind, severity, title, summary, technique, assetId, clientId, inputSha256, fingerprint } = news;
  const asset = await assetOf(assetId);
  // Who asks about a model may call it by the id it has here: people know its name.
  const named = (text: string): string => (asset === null ? text : text.replaceAll(asset.id, asset.name));
  await raise({
    title: named(title).slice(0, 300),
    description: named(summary).slice(0, 8000),
    severity,
    source: 'adversarial-detection',
    category: kind,
    technique,
    evidence: { clientId, inputSha256 },
    detectionId,
    fingerprint: JSON.stringify([kind, assetId, technique, fingerprint]),
    asset,
    vulnerability: null,
    at: new Date(at),
  });
}

/** Somebody who should have heard of something will not: the alert goes out by the other channels. */
async function raiseForDeadLetter(news: z.output<typeof deliveryDead.payload>, { at }: StoredEvent): Promise<void> {
  const { destinationId, destinationName, title, reason, severity } = news;
  await raise({
    title: `Messages to ${destinationName} do not arrive`.slice(0, 300),
    description: `"${title}" was given up: ${reason}`.slice(0, 8000),
    severity: severity === 'critical' || severity === 'high' ? 'high' : 'medium',
    source: 'notifications',
    category: 'delivery',
    fingerprint: destinationId,
    asset: null,
    vulnerability: null,
    at: new Date(at),
  });
}

async function assetOf(id: string | null): Promise<{ id: string; name: string } | null> {
  if (id === null) return null;
  try {
    return { id, name: (await call(getAsset, { id })).name };
  } catch (error) {
    // It may have left the inventory meanwhile; the attack happened all the same.
    if (isProblem(error) && error.status === 404) return { id, name: 'An asset that is gone' };
    throw error;
  }
}

/** Something was done and is not in the audit log: nobody may wait for the next audit to see it. */
async function raiseForGap({ id, process, missing }: z.output<typeof auditGapFound.payload>, { at }: StoredEvent): Promise<void> {
  await raise({
    title: `${missing.length === 1 ? 'A request' : `${missing.length} requests`} left no entry in the audit log (${process})`,
    description: `Trace ids: ${missing.join(', ')}`.slice(0, 2000),
    severity: 'critical',
    source: 'audit-log',
    category: 'audit-log',
    fingerprint: id,
    asset: null,
    vulnerability: null,
    at: new Date(at),
  });
}

/** Nobody but a migration changes the schema: whoever did could have taken a guard away. */
export async function raiseForSchema(
  { command, objects, role }: z.output<typeof schemaChanged.payload>,
  { at }: StoredEvent,
): Promise<void> {
  const [first = 'an object'] = objects;
  await raise({
    title: `The schema of the database was changed outside the migrations: ${command} on ${first}`.slice(0, 300),
    description:
      `By the role ${role}: ${objects.join(', ')}. If nobody of yours did it, verify the audit log and change the database's passwords.`.slice(
        0,
        2000,
      ),
    severity: 'high',
    source: 'audit-log',
    category: 'audit-log',
    fingerprint: `schema.${first}`.slice(0, 200),
    asset: null,
    vulnerability: null,
    at: new Date(at),
  });
}

/** Thresholds that no longer fit the traffic: nothing is attacked, and what is reported is worth less. */
export async function raiseForDrift(news: z.output<typeof calibrationDrifted.payload>, { at }: StoredEvent): Promise<void> {
  const { profileId, assetId, severity, title, summary } = news;
  await raise({
    title: title.slice(0, 300),
    description: summary,
    severity,
    source: 'adversarial-detection',
    category: 'calibration',
    fingerprint: `calibration.${profileId}`,
    asset: await assetOf(assetId),
    vulnerability: null,
    at: new Date(at),
  });
}

const consumer = 'security-alerts';
export const subscriptions = [
  on(vulnerabilityOpened, consumer, ({ vulnerabilities }, event) => raiseFor(vulnerabilities, event)),
  on(vulnerabilityReopened, consumer, ({ vulnerabilities }, event) => raiseFor(vulnerabilities, event)),
  on(dataAlertRaised, consumer, raiseForData),
  on(auditGapFound, consumer, raiseForGap),
  on(schemaChanged, consumer, raiseForSchema),
  on(anchorPlaceFailing, consumer, raiseForPlace),
  on(auditHistoryDiffers, consumer, raiseForHistory),
  on(detectionMade, consumer, raiseForDetection),
  on(calibrationDrifted, consumer, raiseForDrift),
  on(deliveryDead, consumer, raiseForDeadLetter),
  on(passkeyCopied, consumer, raiseForCopiedPasskey),
  on(refreshReused, consumer, raiseForReusedToken),
  on(signInAttacked, consumer, raiseForAttackedSignIn),
];
