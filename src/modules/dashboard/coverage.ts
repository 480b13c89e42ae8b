/** What nobody looked at, from the same numbers the page shows; the first is the one with the most behind it. Pure. */
import type { DashboardMetrics, Gap } from './contract.ts';

type Inputs = Pick<DashboardMetrics, 'posture' | 'assets' | 'vulnerabilities' | 'scans'>;

/** Only gaps that exist; a part that is unavailable contributes none, and its own tile says so. */
export function gapsOf({ posture, assets, vulnerabilities, scans }: Inputs): Gap[] {
  const gaps: Gap[] = [];
  const add = (gap: Gap): void => void gaps.push(gap);
  const unassessed = posture.value === null ? 0 : posture.value.assets - posture.value.assessed;
  if (unassessed > 0)
    add({
      id: 'never-assessed',
      count: unassessed,
      sentence: `${counted(unassessed, 'asset')} not assessed in 30 days`,
      action: 'Scan',
      href: '/discovery',
    });
  const proposed = assets.value?.byLifecycle.find(({ value }) => value === 'proposed')?.count ?? 0;
  if (proposed > 0)
    add({
      id: 'proposed',
      count: proposed,
      sentence: `${counted(proposed, 'asset')} found, claimed by nobody`,
      action: 'Claim',
      href: '/ai-assets?lifecycle=proposed',
    });
  const unowned = assets.value?.unowned ?? 0;
  if (unowned > 0)
    add({
      id: 'unowned',
      count: unowned,
      sentence: `${counted(unowned, 'asset')} without an owner`,
      action: 'Assign',
      href: '/ai-assets?owner=unowned',
    });
  const missing = assets.value?.missing ?? 0;
  if (missing > 0)
    add({
      id: 'missing',
      count: missing,
      sentence: `${counted(missing, 'asset')} no longer seen at ${missing === 1 ? 'its' : 'their'} place`,
      action: 'Review',
      href: '/ai-assets?missing=true',
    });
  const unread = scans.value?.items[0]?.unreadCount ?? 0;
  if (unread > 0)
    add({
      id: 'unread-files',
      count: unread,
      sentence: `${counted(unread, 'file')} the latest scan could not read`,
      action: 'Open',
      href: `/model-scanner/${scans.value?.items[0]?.id ?? ''}`,
    });
  const unknown = vulnerabilities.value?.kev.unknown ?? 0;
  if (unknown > 0)
    add({
      id: 'no-exploit-knowledge',
      count: unknown,
      sentence: `${counted(unknown, 'vulnerability', 'vulnerabilities')} without exploit knowledge: no KEV catalogue imported`,
      action: 'See',
      href: '/vulnerabilities?kev=unknown',
    });
  return gaps;
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}
