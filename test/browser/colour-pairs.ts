/** Axe judges each pair of colours once a theme: a page of many equal rows, or the frame that all pages share, is no new question. */
import type { Page } from 'playwright-core';

/** The rules of the standard that judge colours: they cost more than all the others. */
export const colourRules = ['color-contrast', 'link-in-text-block'];

type Rule = { id: string; matches(...given: [Element, ...unknown[]]): boolean };
type Check = { evaluate(...given: [Element, ...unknown[]]): boolean | undefined };
/** What axe is made of: no promise of its makers, so whoever relies on it looks whether it is there. */
type Axe = { readonly _audit: { readonly rules: readonly Rule[]; readonly checks: Readonly<Record<string, Check>> } };
type Pairs = { fresh(theme: string): boolean };

/** Narrows the rule of contrast. `axe.source` must have been evaluated in the page; holds as long as its document. */
export async function judgePairsOnce(page: Page): Promise<void> {
  await page.evaluate(installPairs);
}

/** Whether text of this page has a pair that is not judged yet in this theme. From here on axe judges for this theme. */
export async function hasFreshPairs(page: Page, theme: string): Promise<boolean> {
  return page.evaluate((name) => (window as unknown as { colourPairs: Pairs }).colourPairs.fresh(name), theme);
}

/**
 * Runs in the page. A pair is what contrast depends on as far as styles tell: the colour, size and weight of the letters, the backgrounds,
 * pictures and opacities they lie on. Where something is positioned, the classes of the innermost elements stand for what may lie between
 * without being a parent (a bar behind a number). Judged is what axe has given a verdict on: what was hidden, disabled or covered comes back on the next pages,
 * three times, for some is never anything else.
 */
function installPairs(): void {
  const mostShown = 3;
  type Known = { readonly judged: Set<string>; readonly shown: Map<string, number> };
  const themes = new Map<string, Known>();
  let known: Known = { judged: new Set(), shown: new Map() };
  type Ground = { readonly paint: string; readonly fade: string };
  const grounds = new Map<Element, Ground>();
  const groundOf = (element: Element | null): Ground => {
    if (element === null) return { paint: '', fade: '' };
    const ready = grounds.get(element);
    if (ready !== undefined) return ready;
    const { backgroundColor, backgroundImage, opacity } = getComputedStyle(element);
    const below = groundOf(element.parentElement);
    const isOpaque = backgroundColor.startsWith('rgb(') && backgroundImage === 'none';
    const isClear = backgroundColor === 'rgba(0, 0, 0, 0)' && backgroundImage === 'none';
    const paint = isOpaque ? backgroundColor : isClear ? below.paint : `${below.paint}/${backgroundColor} ${backgroundImage}`;
    const ground = { paint, fade: opacity === '1' ? below.fade : `${below.fade}/${opacity} on ${below.paint}` };
    grounds.set(element, ground);
    return ground;
  };
  const pairOf = (element: Element): string => {
    const { color, fontSize, fontWeight, textDecorationLine, textShadow } = getComputedStyle(element);
    const near = [element, element.parentElement, element.parentElement?.parentElement ?? null].filter((one) => one !== null);
    const laid = near.findLastIndex((one) => one instanceof SVGElement || getComputedStyle(one).position !== 'static');
    const classes = near.slice(0, laid + 1).map((one) => one.getAttribute('class'));
    // A link is also held against the text around it.
    const around = element.closest('a')?.parentElement ?? null;
    const letters = [color, fontSize, fontWeight, textDecorationLine, textShadow, around === null ? '' : getComputedStyle(around).color];
    const { paint, fade } = groundOf(element);
    return [...letters, paint, fade, ...classes].join('|');
  };
  const { rules, checks } = (window as unknown as { axe: Axe }).axe._audit;
  const rule = rules.find(({ id }) => id === 'color-contrast');
  const check = checks['color-contrast'];
  if (rule === undefined || check === undefined) throw new TypeError('axe is not made as it was');
  const { matches } = rule;
  rule.matches = (...given) => !known.judged.has(pairOf(given[0])) && matches.apply(rule, given);
  const { evaluate } = check;
  check.evaluate = function (this: unknown, ...given) {
    const verdict = evaluate.apply(this as Check, given);
    if (verdict !== undefined) known.judged.add(pairOf(given[0]));
    return verdict;
  };
  const fresh = (theme: string): boolean => {
    known = themes.get(theme) ?? { judged: new Set(), shown: new Map() };
    themes.set(theme, known);
    grounds.clear();
    const here = new Set<string>([...document.querySelectorAll('input, select, textarea')].map(pairOf));
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let text = texts.nextNode(); text !== null; text = texts.nextNode())
      if (text.parentElement !== null && text.nodeValue?.trim() !== '') here.add(pairOf(text.parentElement));
    const open = [...here].filter((pair) => !known.judged.has(pair) && (known.shown.get(pair) ?? 0) < mostShown);
    for (const pair of open) known.shown.set(pair, (known.shown.get(pair) ?? 0) + 1);
    return open.length > 0;
  };
  (window as unknown as { colourPairs: Pairs }).colourPairs = { fresh };
}
