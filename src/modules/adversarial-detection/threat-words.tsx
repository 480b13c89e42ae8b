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
  removed: 'Removed',
};
export const detectorWords = {
  used: 'In use',
  excluded: 'Excluded',
  'evidence-only': 'Evidence only',
  'not-calibrated': 'Not calibrated',
} as const;

/** What was done about a detection, as one reads it in a list. */
const actWords: Readonly<Record<string, string>> = {
  'block-input': 'Input blocked',
  'block-client': 'Client blocked',
  'quarantine-asset': 'Quarantine',
  'revoke-api-key': 'Key revoked',
  'require-review': 'Review required',
  'open-ticket': 'Ticket',
  notify: 'Told',
  escalate: 'Escalation',
  rescan: 'Scanned again',
};
/** Actions are plug-ins: one that came later reads as its id. */
export const actWord = (action: string): string => actWords[action] ?? sentenceCase(action);
const actStateWords: Readonly<Record<string, string>> = {
  in_force: 'in force',
  awaiting_approval: 'waits for approval',
  partial: 'partly in force',
  reverting: 'being taken back',
  reverted: 'taken back',
  executing: 'under way',
  skipped: 'not done',
};
export const actStateWord = (state: string): string => actStateWords[state] ?? state.replaceAll('_', ' ');

/** Families of evidence whose id does not say enough; the others read as their id. */
const familyWords: Readonly<Record<string, string>> = {
  'neighbour-disagreement': 'Neighbours disagree',
  'ensemble-disagreement': 'Other models disagree',
  'class-shape': 'Another class fits better',
  margin: 'Unusual doubt',
  'given-models': 'Models that were given',
  'perturbation-signature': 'Shape of the change',
  'ensemble-validation': 'Agreement of given models',
  'shadow-per-sample': 'Shadow models, by sample',
  'shadow-per-query': 'Shadow models, by query',
  'non-member-losses': 'Losses of rows outside',
  'known-membership': 'Samples whose membership is known',
};
export function familyWord(family: string): string {
  const [kind = '', attribute] = family.split(':', 2);
  if (attribute !== undefined) return `${sentenceCase(kind)} ${attribute}`;
  return familyWords[family] ?? sentenceCase(family);
}
/** `calibrationRows` → `calibration rows`; `AUC` and the like stay. */
export function statisticWord(name: string): string {
  return name.replace(/([a-z])([A-Z0-9])/g, (_, before: string, next: string) => `${before} ${next.toLowerCase()}`);
}
/** Words that machines wrote begin as a sentence does; a name of a field, as `x3` or `observedAt`, stays as it is. */
export function asSentence(text: string): string {
  return /^[a-z][a-z-]*(?:$|[ ,;:])/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
}
function sentenceCase(id: string): string {
  const text = id.replaceAll('-', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

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
