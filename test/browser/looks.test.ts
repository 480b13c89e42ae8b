/** What the looks at every page are worth: faults that are put into a page of our own are found, each in the look that shows it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openWindow } from './browser.ts';
import { lookAtPlaces } from './looks.ts';
import { sharedBrowser } from './shared-browser.ts';

const parts = {
  '/sound': '<p>Quiet words</p>',
  '/dark': '<p class="faint">Good in light, as the others; hard to read in dark</p>',
  '/again': '<p class="faint">The same colours are the same fault</p>',
  '/hidden': '<p class="fainter" hidden>Nobody sees it</p>',
  '/shown': '<p class="fainter">Now somebody does</p>',
  '/ground': '<div class="dim"><p>The ground is what differs</p></div>',
  '/wide': '<div class="wide">Too much for a phone</div>',
  '/scrolled': '<div class="wide">Too much for a phone</div>',
  '/label': '<input>',
};
const style = `
  body { color: #222; background: #fff; margin: 0 } .wide { width: 500px } .scrolled { overflow-y: auto }
  @media (prefers-color-scheme: dark) { body { color: #eee; background: #111 } .faint { color: #444 } .fainter { color: #333 } .dim { background: #ccc } }`;
// As in the app: going to a place changes the document that is there.
const script = `
  const parts = ${JSON.stringify(parts)};
  const push = history.pushState.bind(history);
  history.pushState = (state, title, to) => { push(state, title, to); document.querySelector('main').className = to.slice(1); document.querySelector('#part').innerHTML = parts[to]; };`;
const body = `<!doctype html><html lang="en"><title>Looks</title><meta name="viewport" content="width=device-width">
  <style>${style}</style><main><h1>A page</h1><div id="part"></div></main><script>${script}</script></html>`;

test('bad contrast is found in the theme that has it, once; what is too wide on the phone; a missing label in both sizes', async () => {
  const { context, page } = await openWindow(await sharedBrowser(), 'http://looks.example', { theme: 'light' });
  await context.route('http://looks.example/**', (route) => route.fulfill({ contentType: 'text/html', body }));
  await page.goto('/');
  const wrong = await lookAtPlaces(page, Object.keys(parts));
  await context.close();
  // How many pixels depends on how far the phone draws back.
  const found = [...wrong].map(([look, words]) => [look, words.map((one) => one.replace(/is \d+ px wide/, 'is wide'))]);
  assert.deepEqual(Object.fromEntries(found), {
    light: ['/label label: <input>'],
    dark: [
      '/dark color-contrast: <p class="faint">Good in light, as the others; hard to read in dark</p>',
      '/shown color-contrast: <p class="fainter">Now somebody does</p>',
      '/ground color-contrast: <p>The ground is what differs</p>',
    ],
    // The second takes it in itself: the window has its width.
    'light, phone': ['/wide is wide in a window of 390 px', '/scrolled scrolls sideways by 110 px', '/label label: <input>'],
  });
});
