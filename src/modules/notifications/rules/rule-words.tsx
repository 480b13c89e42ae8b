/** Rules in words. */
import type { Severity } from '../../../contract/severity.ts';
import type { RoutedEvent, Rule } from '../contract.ts';

export const eventWords: Readonly<Record<RoutedEvent, string>> = {
  'alert.raised': 'Alert raised',
  'incident.opened': 'Incident opened',
  'incident.escalated': 'Incident escalated',
  'incident.changed': 'Incident moved on',
  message: 'Message of a playbook or person',
};
const severityWords: Readonly<Record<Severity, string>> = {
  critical: 'critical',
  high: 'high',
  medium: 'medium',
  low: 'low',
  informational: 'informational',
};

/** `Critical or high, from data-quality, on assets tagged payments`. */
export function conditionWords({
  events,
  severities,
  categories,
  assetTags,
}: Pick<Rule, 'events' | 'severities' | 'categories' | 'assetTags'>): string {
  const parts = [
    severities.length === 0 ? 'any severity' : severities.map((one) => severityWords[one]).join(' or '),
    events.length === 0 ? 'any news' : events.map((one) => eventWords[one].toLowerCase()).join(' or '),
    ...(categories.length === 0 ? [] : [`of ${categories.join(' or ')}`]),
    ...(assetTags.length === 0 ? [] : [`on assets tagged ${assetTags.join(' or ')}`]),
  ];
  const text = parts.join(', ');
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
