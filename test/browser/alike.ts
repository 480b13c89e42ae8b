/** Axe looks at what is alike once: the hundredth row of a list, and the frame that all pages share, are no new question. */
import type { Page } from 'playwright-core';

type Open = { open(): readonly Element[] };
type Alike = { withdraw(look: string): void; giveBack(): void };

/** Makes {@link withoutAlike} work in the page, as long as its document. `judgePairsOnce` must have been called. */
export async function knowAlike(page: Page): Promise<void> {
  await page.evaluate(installAlike);
}

/**
 * Shows the page without what is alike while `judge` looks at it: of the rows of one list that are built alike the first two stay, and the
 * frame where this look has shown none like it. What has a pair of colours that is not judged yet stays too.
 */
export async function withoutAlike<T>(page: Page, look: string, judge: () => Promise<T>): Promise<T> {
  await page.evaluate((name) => (window as unknown as { alike: Alike }).alike.withdraw(name), look);
  try {
    return await judge();
  } finally {
    await page.evaluate(() => (window as unknown as { alike: Alike }).alike.giveBack());
  }
}

/** Runs in the page. Two elements are alike when all that is in them has the same names, classes and attributes, and text in the same places. */
function installAlike(): void {
  const mostRows = 2;
  const mark = 'data-alike';
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`[${mark}] { display: none !important }`);
  document.adoptedStyleSheets.push(sheet);
  /** Values that say what something is; of the others, as of an address, only whether they are there. */
  const telling = new Set(['class', 'role', 'type', 'tabindex', 'aria-hidden', 'aria-expanded', 'aria-disabled', 'disabled', 'lang']);
  const kindOf = (element: Element): string => {
    const attributes = [...element.attributes].map(({ name, value }) =>
      telling.has(name) ? `${name}=${value}` : value === '' ? `${name}-` : name,
    );
    const inside = [...element.childNodes].map((node) =>
      node instanceof Element ? kindOf(node) : node.nodeType === Node.TEXT_NODE && node.nodeValue?.trim() !== '' ? 'text' : '',
    );
    return `${element.localName}[${attributes.sort().join(' ')}](${inside.join('')})`;
  };
  const frames = new Map<string, Set<string>>();
  const withdrawn: Element[] = [];
  const withdraw = (look: string): void => {
    const open = (window as unknown as { colourPairs: Open }).colourPairs.open();
    const stays = (element: Element): boolean => open.some((one) => element.contains(one));
    const away = (element: Element): void => {
      element.setAttribute(mark, '');
      withdrawn.push(element);
    };
    const rows = new Map<Element, Map<string, number>>();
    for (const row of document.querySelectorAll('tbody > tr, li, [role=treeitem], [role=row]')) {
      if (row.parentElement === null || row.closest(`[${mark}]`) !== null) continue;
      const kinds = rows.get(row.parentElement) ?? new Map<string, number>();
      rows.set(row.parentElement, kinds);
      const kind = kindOf(row);
      const before = kinds.get(kind) ?? 0;
      kinds.set(kind, before + 1);
      if (before >= mostRows && !stays(row)) away(row);
    }
    const known = frames.get(look) ?? new Set<string>();
    frames.set(look, known);
    for (const part of document.querySelectorAll('nav, header')) {
      if (part.closest(`main, [role=dialog], aside, [${mark}]`) !== null) continue;
      // Which of the places is the present one makes no new kind.
      const kind = [...new Set([...part.querySelectorAll('*')].map((one) => one.cloneNode(false) as Element).map(kindOf))].sort().join();
      if (known.has(kind) && !stays(part)) away(part);
      known.add(kind);
    }
  };
  const giveBack = (): void => {
    for (const element of withdrawn.splice(0)) element.removeAttribute(mark);
  };
  (window as unknown as { alike: Alike }).alike = { withdraw, giveBack };
}
