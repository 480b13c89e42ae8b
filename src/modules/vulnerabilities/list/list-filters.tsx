/** The filters of the list: the address is the state, and it says what the endpoint is asked. */
import { useMemo } from 'react';
import { useSearch } from 'wouter';
import type { FilterField } from '../../../ui/filter.ts';
import { type AskedFilters, useAskedFilters } from '../../../ui/use-asked-filters.ts';
import { environments } from '../../ai-assets/contract.ts';
import { type Vulnerability, VulnerabilityFilter } from '../contract.ts';

const words = (values: readonly string[]) => values.map((value) => ({ value, label: value.replaceAll('_', ' ') }));
const constant: readonly FilterField[] = [
  { key: 'severity', label: 'severity', kind: 'choice', choices: words(['critical', 'high', 'medium', 'low', 'informational']) },
  {
    key: 'status',
    label: 'status',
    kind: 'choice',
    choices: words(['open', 'in_progress', 'resolved', 'false_positive', 'risk_accepted']),
  },
  { key: 'environment', label: 'environment', kind: 'choice', choices: words([...environments, 'unknown']) },
  {
    key: 'due',
    label: 'due',
    kind: 'choice',
    choices: [
      { value: 'breached', label: 'overdue' },
      { value: 'today', label: 'within a day' },
      { value: 'week', label: 'within a week' },
      { value: 'none', label: 'without a date' },
    ],
  },
  {
    key: 'assignee',
    label: 'assigned to',
    kind: 'choice',
    choices: [
      { value: 'me', label: 'me' },
      { value: 'none', label: 'nobody' },
    ],
  },
  { key: 'owner', label: 'owner', kind: 'text' },
  { key: 'kev', label: 'known exploited', kind: 'choice', choices: words(['true', 'false', 'unknown']) },
  { key: 'malicious', label: 'attack in the artefact', kind: 'choice', choices: words(['true', 'false']) },
  {
    key: 'created_since',
    label: 'opened within',
    kind: 'choice',
    choices: [
      { value: '24h', label: 'a day' },
      { value: '7d', label: 'a week' },
      { value: '14d', label: '14 days' },
      { value: '30d', label: '30 days' },
      { value: '90d', label: '90 days' },
    ],
  },
  { key: 'source', label: 'source', kind: 'text' },
  { key: 'weakness', label: 'weakness', kind: 'text' },
];

/** @param sample a row of the list, which knows the name of the asset that is filtered by. */
export function useListFilters(sample: Vulnerability | undefined): AskedFilters<typeof VulnerabilityFilter> {
  const search = useSearch();
  const assetName = sample?.assetName;
  const remedy = sample?.remedy;
  const fields = useMemo((): readonly FilterField[] => {
    const params = new URLSearchParams(search);
    const one = (key: string, label: string, name: string): FilterField[] => {
      const value = params.get(key);
      return value === null ? [] : [{ key, label, kind: 'choice', choices: [{ value, label: name }] }];
    };
    return [
      ...constant,
      ...one('asset_id', 'asset', assetName ?? 'one asset'),
      ...one('fix', 'fix', remedy === undefined ? 'one fix' : remedy.slice(0, 60)),
      ...one('asset_type', 'type', params.get('asset_type') ?? ''),
    ];
  }, [search, assetName, remedy]);
  return useAskedFilters(fields, VulnerabilityFilter);
}
