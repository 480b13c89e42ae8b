/** What a playbook looks at, and what its `$assetId`, `$clientId`, `$modelId`, `$inputSha256` stand for. */
import { isProblem } from '../../../contract/problem.ts';
import { call } from '../../../platform/http/call.ts';
import { getDetection } from '../../adversarial-detection/contract.ts';
import { getAlert, type SecurityAlert } from '../../security-alerts/contract.ts';
import { type AssetFacts, assetFacts } from '../asset-facts.ts';
import { alertsOf } from '../cases/incident-store.ts';
import type { PlaybookFacts } from '../contract.ts';
import type { IncidentRow } from '../table.ts';

export function factsFrom(matter: Pick<SecurityAlert, 'category' | 'severity' | 'source'>, asset: AssetFacts | null): PlaybookFacts {
  if (asset === null) return { category: matter.category, severity: matter.severity, source: matter.source, asset: null };
  const { type, environment, criticality, riskLevel, tags, owner } = asset;
  return { ...matter, asset: { type, environment, criticality, riskLevel, tags: tags.slice(0, 50), owner } };
}

export async function factsOfIncident({ category, severity, source, assetId }: IncidentRow): Promise<PlaybookFacts> {
  return factsFrom({ category, severity, source }, await assetFacts(assetId));
}

/** The newest alert that knows a client or an input says which. */
export async function valuesOfIncident(row: IncidentRow): Promise<ReadonlyMap<string, string>> {
  const values = new Map<string, string>();
  if (row.assetId !== null) values.set('$assetId', row.assetId);
  for (const { alertId } of (await alertsOf(row.id)).toReversed().slice(0, 20)) {
    const found = await valuesOfAlert(await call(getAlert, { id: alertId }));
    for (const [name, value] of found) if (!values.has(name)) values.set(name, value);
  }
  return values;
}

export async function valuesOfAlert(alert: SecurityAlert): Promise<Map<string, string>> {
  const values = new Map<string, string>();
  const { clientId, inputSha256 } = alert.evidence;
  if (alert.assetId !== null) values.set('$assetId', alert.assetId);
  if (typeof clientId === 'string') values.set('$clientId', clientId);
  if (typeof inputSha256 === 'string') values.set('$inputSha256', inputSha256);
  const modelId = alert.detectionId === null ? null : await modelOf(alert.detectionId);
  if (modelId !== null) values.set('$modelId', modelId);
  return values;
}

/** The model as its caller names it; null when the detection is gone. */
export async function modelOf(detectionId: string): Promise<string | null> {
  try {
    return (await call(getDetection, { id: detectionId })).subject.modelId ?? null;
  } catch (error) {
    if (isProblem(error) && (error.status === 404 || error.status === 501)) return null;
    throw error;
  }
}
