/** Which pages there are for this person, in which order, and which key goes there. */
import type { PageEntry, PageGroup } from '../../ui/define-page.ts';

export const groupOrder: readonly PageGroup[] = ['top', 'Inventory', 'Find', 'Respond', 'Assure', 'foot'];
export type NavigationGroup = { readonly group: PageGroup; readonly pages: readonly PageEntry[] };

type Can = (permission: string | null) => boolean;

/** Listed pages by group; empty groups are left out. */
export function navigationGroups(pages: readonly PageEntry[], can: Can): NavigationGroup[] {
  return groupOrder
    .map((group) => ({
      group,
      pages: pages.filter((page) => page.group === group && page.permission !== 'public' && can(page.permission)).toSorted(byOrder),
    }))
    .filter((entry) => entry.pages.length > 0);
}
const byOrder = (one: PageEntry, other: PageEntry): number => one.order - other.order || one.title.localeCompare(other.title);

/** `g` then this letter. Only pages that exist for this person get their key. */
const letters: ReadonlyMap<string, string> = new Map([
  ['/', 'f'],
  ['/ai-assets', 'a'],
  ['/vulnerabilities', 'v'],
  ['/advisories', 'y'],
  ['/security-alerts', 'l'],
  ['/incidents', 'i'],
  ['/data-quality', 'd'],
  ['/compliance', 'c'],
  ['/approvals', 'p'],
  ['/settings', 's'],
  ['/model-scanner', 'm'],
  ['/discovery', 'r'],
  ['/audit-logs', 'u'],
]);
export function goKeys(path: string): string | undefined {
  const letter = letters.get(path);
  return letter === undefined ? undefined : `g ${letter}`;
}

/** Places of the phone's foot bar, in this order of wish; the rest of the pages fills up to four. */
const phoneWishes = ['/', '/security-alerts', '/approvals', '/ai-assets', '/vulnerabilities'];
export function phonePlaces(groups: readonly NavigationGroup[]): PageEntry[] {
  const listed = groups.flatMap(({ pages }) => pages);
  const wished = phoneWishes.flatMap((path) => listed.filter((page) => page.path === path));
  return [...new Set([...wished, ...listed])].slice(0, 4);
}

/** True for the page itself and everything below it. */
export function isUnder(path: string, location: string): boolean {
  return path === '/' ? location === '/' : location === path || location.startsWith(`${path}/`);
}

/** The listed page that an address belongs to: of several the longest, as `/incidents/quarantine` is no incident. */
export function placeOf(groups: readonly NavigationGroup[], location: string): string | null {
  const paths = groups.flatMap(({ pages }) => pages.map(({ path }) => path)).filter((path) => isUnder(path, location));
  return paths.toSorted((one, other) => other.length - one.length)[0] ?? null;
}

/** Fixed paths before those with parameters, long before short: `/scans/new` is not the scan "new". */
export function byMatch(one: PageEntry, other: PageEntry): number {
  const parameters = (path: string): number => path.split('/').filter((part) => part.startsWith(':')).length;
  return parameters(one.path) - parameters(other.path) || other.path.length - one.path.length;
}
