/** Pages visited lately, newest first, for the palette. */
import { preference, setPreference } from '../../ui/preference.ts';

export type RecentPage = { readonly to: string; readonly title: string };
const most = 8;
const key = 'recent';

export function recentPages(): RecentPage[] {
  try {
    const stored: unknown = JSON.parse(preference(key) ?? '[]');
    if (!Array.isArray(stored)) return [];
    return stored
      .filter((item): item is RecentPage => typeof item?.to === 'string' && item.to.startsWith('/') && typeof item.title === 'string')
      .slice(0, most);
  } catch {
    return []; // an older or broken entry
  }
}

export function rememberPage(page: RecentPage): void {
  setPreference(key, JSON.stringify([page, ...recentPages().filter(({ to }) => to !== page.to)].slice(0, most)));
}
export function forgetRecent(): void {
  setPreference(key, null);
}
