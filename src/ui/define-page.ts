/** A page is data plus a component. The fields but `Page` are read statically, so they must be literals. */
import type { ComponentType } from 'react';
import type { IconName } from './icons.ts';

export type PageGroup = 'top' | 'Inventory' | 'Find' | 'Respond' | 'Assure' | 'foot';
export type PageParams = Readonly<Record<string, string>>;

export type PageFacts = {
  /** `/ai-assets/:id`; parameters arrive as `params`. */
  readonly path: `/${string}`;
  readonly title: string;
  /** Needed to see it; 'public' renders without the shell, 'signed-in' for any person. */
  readonly permission: string;
  /** Where it stands in the sidebar; null keeps it out (pages of one record). */
  readonly group: PageGroup | null;
  readonly icon: IconName;
  /** Place within the group, low first. */
  readonly order: number;
};
export type Page = PageFacts & { readonly Page: ComponentType<{ params: PageParams }> };
/** What the generated list holds: the facts at once, the code when it is visited. */
export type PageEntry = PageFacts & { readonly load: () => Promise<{ default: Page }> };

/** @example export default definePage({ path: '/ai-assets', title: 'Assets', permission: 'ai-assets:read', group: 'Inventory', icon: 'boxes', order: 1, Page: AssetsPage }); */
export function definePage(page: Page): Page {
  return page;
}
