/** Recomputes every contrast ratio from the css that ships: WCAG 2 relative luminance, lowest over all grounds a token may stand on. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

type Tokens = ReadonlyMap<string, string>;
const css = readFileSync(new URL('./theme.css', import.meta.url), 'utf8');

function tokensOf(theme: 'light' | 'dark'): Tokens {
  const block = css.match(new RegExp(`:root\\[data-theme="${theme}"\\] \\{([^}]+)\\}`))?.[1] ?? '';
  return new Map([...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6});/g)].map(([, name = '', value = '']) => [name, value]));
}

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((start) => Number.parseInt(hex.slice(start, start + 2), 16) / 255)
    .map((channel) => (channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

const grounds = ['surface', 'canvas', 'sunken', 'raised', 'hover', 'accent-tint'];
const meanings = ['critical', 'high', 'medium', 'low', 'info', 'ok', 'unknown'];
const chartGrounds = ['surface', 'canvas', 'raised'];
const allTints = meanings.map((meaning) => `${meaning}-tint`);

function pairs(): [text: string, ground: string, needed: number][] {
  const over = (names: string[], on: string[], needed: number) =>
    names.flatMap((name) => on.map((ground): [string, string, number] => [name, ground, needed]));
  return [
    ...over(['ink', 'ink-2', 'ink-3', 'accent-ink'], grounds, 4.5),
    ...over(['ink', 'ink-2'], allTints, 7.2),
    ...over(['line-strong', 'accent', 'focus'], grounds, 3),
    ...over(['on-accent'], ['accent', 'accent-hover'], 4.5),
    ...over(['on-critical'], ['critical'], 4.5),
    ...meanings.flatMap((meaning) => over([meaning], [...grounds, `${meaning}-tint`], 3)),
    ...meanings.flatMap((meaning) => over([`${meaning}-ink`], [...grounds, `${meaning}-tint`], 4.5)),
    ...over(['c1', 'c2', 'c3', 'c4', 'c5'], chartGrounds, 3),
  ];
}

for (const theme of ['light', 'dark'] as const) {
  test(`every pair of the ${theme} theme has the contrast it needs`, () => {
    const tokens = tokensOf(theme);
    const colour = (name: string): string => {
      const value = tokens.get(name);
      assert.ok(value, `no token --${name} in ${theme}`);
      return value;
    };
    const failing = pairs()
      .map(([text, ground, needed]) => ({ pair: `${text} on ${ground}`, ratio: contrast(colour(text), colour(ground)), needed }))
      .filter(({ ratio, needed }) => ratio < needed);
    assert.deepEqual(failing, []);
    assert.ok(pairs().length >= 170, 'the list of pairs was cut short');
  });
}

test('both themes define the same tokens', () => {
  assert.deepEqual([...tokensOf('dark').keys()], [...tokensOf('light').keys()]);
});

test('every colour token is offered to pages and no other colour exists', () => {
  const inline = css.slice(css.indexOf('@theme inline'));
  const offered = [...inline.matchAll(/--color-([\w-]+): var\(--([\w-]+)\)/g)].map(([, name, token]) => [name, token]);
  assert.deepEqual(
    offered,
    [...tokensOf('light').keys()].map((token) => [token, token]),
  );
  assert.match(inline, /--color-\*: initial;/);
});

test('the ratio is 21 for black on white and 1 for equal colours (WCAG 2 definition)', () => {
  assert.equal(contrast('#000000', '#ffffff'), 21);
  assert.equal(contrast('#2554ca', '#2554ca'), 1);
});
