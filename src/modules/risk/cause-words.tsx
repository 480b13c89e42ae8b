/** What moved the posture, in words. */
import type { Cause } from './contract.ts';

export const causeWord: Readonly<Record<Cause, string>> = {
  opened: 'Vulnerability opened',
  reopened: 'Back again',
  resolved: 'Resolved',
  reprioritised: 'Priority changed',
  'asset-added': 'Asset added',
  'asset-changed': 'Asset changed',
  'asset-retired': 'Asset retired',
  assessed: 'Assessed',
  'assessment-aged': 'Scan older than 30 days',
};

/** The title of a vulnerability already is a sentence; an asset's name is not. */
export function causeSentence(cause: Cause, title: string): string {
  if (cause === 'opened') return title;
  if (cause === 'assessed' || cause.startsWith('asset-')) return `${title} ${cause.replace('asset-', '')}`;
  return `${causeWord[cause]}: ${title}`;
}
