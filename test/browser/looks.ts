/** Shows every page in each look and tells what is wrong with it: axe, overflow, script errors. */
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { desktop, type Looks, phone, showAs } from './browser.ts';
import { colourRules, hasFreshPairs, judgePairsOnce } from './colour-pairs.ts';

type Look = Looks & { readonly name: string; readonly judges: 'everything' | 'colours' };
/** The dark theme is the same document in other colours; on a phone the document is another one. */
export const looks: readonly Look[] = [
  { name: 'light', theme: 'light', judges: 'everything' },
  { name: 'dark', theme: 'dark', judges: 'colours' },
  { name: 'light, phone', theme: 'light', phone: true, judges: 'everything' },
];
/** What is wrong, by the name of the look. */
export type Wrong = ReadonlyMap<string, string[]>;

/** Parts of a page load on their own, some only after another; the live stream never ends, so the network is never idle. */
export async function still(page: Page): Promise<void> {
  for (let looked = 0; looked < 2; looked += 1) {
    await page.waitForFunction(() => document.querySelectorAll('[aria-busy="true"]').length === 0);
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  }
}

/** As a link in the app does: the document stays, and what waits for its code or data says so at once. */
export async function moved(page: Page, place: string): Promise<void> {
  await page.evaluate((to) => window.history.pushState(null, '', to), place);
  await still(page);
  await page.locator('h1').first().waitFor();
}

/**
 * Goes through the places in one window that has the app loaded. Every place is gone to once and shown in each look; the next place is
 * begun in the look the last one ended with, and the looks are gone through from there: each change of theme or width costs a new layout.
 */
export async function lookAtPlaces(page: Page, places: readonly string[]): Promise<Wrong> {
  const wrong = new Map<string, string[]>(looks.map(({ name }) => [name, []]));
  await page.evaluate(axe.source);
  await judgePairsOnce(page);
  // Theme and width change one at a time: dark, light, light on a phone, and back.
  const order = ['dark', 'light', 'light, phone']
    .map((wanted) => looks.find(({ name }) => name === wanted))
    .filter((look) => look !== undefined);
  for (const place of places) {
    order.reverse();
    for (const [turn, look] of order.entries()) {
      if (turn > 0) await showAs(page, look);
      else await begin(page, place, look);
      await still(page);
      wrong.get(look.name)?.push(...(await wrongIn(page, look)).map((words) => `${place} ${words}`));
    }
  }
  return wrong;
}

async function begin(page: Page, place: string, look: Look): Promise<void> {
  await showAs(page, look);
  await moved(page, place);
}

async function wrongIn(page: Page, look: Look): Promise<string[]> {
  return [...(await tooWide(page, look)), ...(await violations(page, look))];
}

/**
 * A phone shows a page that is too wide smaller: its window is then wider than the phone, and would fit the page. What scrolls or clips
 * around the heading is the page itself; what scrolls sideways within it, as tables do, may.
 */
export async function tooWide(page: Page, { phone: small = false }: Looks): Promise<string[]> {
  const wanted = small ? phone.width : desktop.width;
  const { wide, over } = await page.evaluate(() => {
    let most = 0;
    for (let around = document.querySelector('h1')?.parentElement; around; around = around.parentElement)
      if (getComputedStyle(around).overflowX !== 'visible') most = Math.max(most, around.scrollWidth - around.clientWidth);
    return { wide: Math.max(document.documentElement.scrollWidth, window.innerWidth), over: most };
  });
  if (wide !== wanted) return [`is ${wide} px wide in a window of ${wanted} px`];
  return over > 0 ? [`scrolls sideways by ${over} px`] : [];
}

const standard = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

async function violations(page: Page, { theme, judges }: Look): Promise<string[]> {
  // What the desk has shown in this theme is no new colour on a phone.
  const withColours = await hasFreshPairs(page, theme);
  if (judges === 'colours' && !withColours) return [];
  const runOnly = judges === 'colours' ? { type: 'rule', values: colourRules } : { type: 'tag', values: standard };
  const rules = Object.fromEntries((withColours ? [] : colourRules).map((rule) => [rule, { enabled: false }]));
  return page.evaluate(
    async (options) => {
      const { axe: checker } = window as unknown as {
        axe: { run(context: Document, options: unknown): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
      };
      // Selectors of what passes are not looked at, and cost much.
      const { violations: list } = await checker.run(document, { ...options, resultTypes: ['violations'], selectors: false });
      return list.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
    },
    { runOnly, rules },
  );
}
