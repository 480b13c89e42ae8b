/** Words and small parts that the pages of threat detection share. */
import type { ReactNode } from 'react';
import { formatNumber, formatPercent } from '../../ui/format.ts';
import { Badge } from '../../ui/tag.tsx';
import type { Decision, Kind, Profile } from './contract.ts';

export const kindWords: Readonly<Record<Kind, string>> = {
  'data-poisoning': 'Data poisoning',
  'model-evasion': 'Model evasion',
  'membership-inference': 'Membership inference',
  'attribute-inference': 'Attribute inference',
  extraction: 'Extraction and probing',
  'federated-update': 'Federated updates',
};
export const decisionWords: Readonly<Record<Decision, string>> = {
  threat: 'Threat',
  'no-threat': 'No threat',
  'insufficient-evidence': 'Not enough evidence',
};
export const stateWords: Readonly<Record<Profile['state'], string>> = {
  building: 'Being built',
  ready: 'Ready',
  failed: 'Failed',
  superseded: 'Replaced by a newer one',
};
export const detectorWords = {
  used: 'In use',
  excluded: 'Excluded',
  'evidence-only': 'Evidence only',
  'not-calibrated': 'Not calibrated',
} as const;

export const home = { label: 'Threat detection', to: '/adversarial-detection' } as const;

export function DecisionBadge({ decision }: { decision: Decision }): ReactNode {
  return <Badge tone={decision === 'threat' ? 'high' : decision === 'no-threat' ? 'ok' : 'unknown'}>{decisionWords[decision]}</Badge>;
}

/** Rates of one in a hundred need digits that shares of a half do not. */
export function rateText(rate: number | null | undefined): string {
  return formatPercent(rate, { digits: rate !== null && rate !== undefined && rate < 0.1 ? 2 : 0 });
}
/** A p-value as people write it. */
export function pText(p: number | null | undefined): string {
  if (p === null || p === undefined) return 'unknown';
  return p < 0.0001 ? '< 0.0001' : formatNumber(p, { digits: 4 });
}
