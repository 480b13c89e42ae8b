/** Page code, loaded once and before it is needed: a link under the pointer or focus already asks for it. */
import type { Page, PageEntry } from '../../ui/define-page.ts';

const loading = new Map<string, Promise<Page>>();

export function loadPage(entry: PageEntry): Promise<Page> {
  const known = loading.get(entry.path);
  if (known) return known;
  const promise = entry.load().then(({ default: page }) => page);
  loading.set(entry.path, promise);
  // A failed load is forgotten, so that trying again asks again.
  promise.catch(() => loading.delete(entry.path));
  return promise;
}

export function preloadPage(entry: PageEntry): void {
  loadPage(entry).catch(() => undefined); // the visit itself will say what is wrong
}
