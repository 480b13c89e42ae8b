/** What groups mean for an assessment: alerts that name the column, never a value of it. Pure. */
import { type Severity, severityRank } from '../../../contract/severity.ts';
import type { Candidate } from '../assessments/candidate.ts';
import type { GroupAnswer, KnownGroups } from '../contract.ts';

/** @param isQualityAsked only then an alert about it would end by itself. */
export function groupCandidates(groups: GroupAnswer | null, { isQualityAsked }: { isQualityAsked: boolean }): Candidate[] {
  if (groups === null || groups.status === 'unknown') return [];
  return [...driftedGroups(groups), ...(isQualityAsked ? worseGroups(groups) : [])];
}

const subject = 'groups';

function driftedGroups({ column, groups, driftTests }: KnownGroups): Candidate[] {
  const drifted = groups.flatMap(({ drift }) => (drift?.verdict === 'drift' ? [drift] : []));
  if (drifted.length === 0) return [];
  const severities = drifted.flatMap(({ columns }) => columns.flatMap(({ severity }): Severity[] => (severity === null ? [] : [severity])));
  const [gravest = 'medium'] = severities.sort((a, b) => severityRank(a) - severityRank(b));
  const names = [...new Set(drifted.flatMap(({ columns }) => columns.map(({ name }) => name)))];
  return [
    {
      kind: 'drift',
      column,
      subject,
      severity: gravest,
      title: `${drifted.length} of ${groups.length} groups by ${column} drifted`,
      detail: `In the columns ${names.slice(0, 10).join(', ')}${names.length > 10 ? ' and others' : ''}. ${driftTests} comparisons of columns of all groups, adjusted together (Benjamini–Hochberg). The assessment names the groups.`,
      value: drifted.length,
      threshold: 0,
    },
  ];
}

function worseGroups({ column, groups, tests }: KnownGroups): Candidate[] {
  const worse = groups.flatMap(({ signals }) => (signals.length > 0 ? [signals] : []));
  if (worse.length === 0) return [];
  const names = [...new Set(worse.flat().map(({ about, name }) => (about === 'missing' ? `missing ${name}` : `rule ${name}`)))];
  return [
    {
      kind: 'quality',
      column,
      subject,
      severity: 'medium',
      title: `${worse.length} of ${groups.length} groups by ${column} are worse than the rest`,
      detail: `In ${names.slice(0, 10).join(', ')}${names.length > 10 ? ' and others' : ''}. ${tests} tests over all groups, adjusted together (Benjamini–Hochberg). The assessment names the groups.`,
      value: worse.length,
      threshold: 0,
    },
  ];
}
