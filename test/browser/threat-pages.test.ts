/** Threat detection and response as a stranger meets them: nothing there yet, no answer, and what was removed. The answers are put in the way. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Page, Route } from 'playwright-core';
import { sharedPlatform } from '../shared-platform.ts';
import { actAs, openWindow } from './browser.ts';
import { sharedBrowser } from './shared-browser.ts';

const nothing = [
  ['/adversarial-detection/detections', 'Nothing was analysed yet'],
  ['/adversarial-detection/profiles', 'No profile yet'],
  ['/adversarial-detection/streams', 'No queries yet'],
  ['/adversarial-detection/guards', 'No model endpoint is guarded'],
  ['/adversarial-detection/test', 'Not tested here yet'],
  ['/security-alerts', 'No alert was raised yet'],
  ['/incidents', 'No incident yet'],
  ['/incidents/quarantine', 'Nothing was quarantined yet'],
  ['/incidents/playbooks', 'There is no playbook'],
  ['/incidents/on-call', 'No schedule yet'],
  ['/notifications', 'Nothing leaves the browser yet'],
  ['/notifications/rules', 'No rule, so nothing leaves the browser'],
] as const;
const slices = /\/api\/(adversarial-detection|federated-learning|security-alerts|incidents|notifications)(?!.*\/(recent|stats|statistics))/;
const emptyPage = { items: [], nextCursor: null, total: 0, totalIsEstimate: false, at: '2026-05-12T10:00:00.000Z' };

describe('the pages of threat detection and response that have nothing to show', { timeout: 300_000 }, () => {
  let page: Page;
  let answer: 'empty' | 'failed' | 'real' = 'real';
  let mayOnlyRead = false;
  before(async () => {
    const { platform, admin } = await sharedPlatform();
    const { context, page: opened } = await openWindow(await sharedBrowser(), platform.url, { theme: 'light' });
    page = opened;
    // What is not there after this long does not come.
    page.setDefaultTimeout(20_000);
    await actAs(context, platform.url, admin.cookieHeader());
    await page.route(slices, (route) => inTheWay(route));
    await page.route('**/api/user', async (route) => {
      const real = await route.fetch();
      const user = (await real.json()) as { permissions: string[] };
      const permissions = mayOnlyRead ? user.permissions.filter((one) => one.endsWith(':read')) : user.permissions;
      await route.fulfill({ response: real, json: { ...user, permissions } });
    });
  });
  after(() => page?.context().close());

  function inTheWay(route: Route): Promise<void> {
    if (answer === 'real' || route.request().method() !== 'GET') return route.continue();
    if (answer === 'empty') return route.fulfill({ json: emptyPage });
    const problem = { type: 'about:blank', title: 'Failed', status: 500, code: 'request.failed', detail: 'It failed on purpose.' };
    return route.fulfill({ status: 500, contentType: 'application/problem+json', json: problem });
  }
  const shown = () =>
    page.evaluate(() => {
      const main = document.querySelector('main');
      return {
        text: main?.textContent ?? '',
        primary: [...(main?.querySelectorAll('button, a') ?? [])].filter(({ classList }) => classList.contains('bg-accent')).length,
        green: main?.querySelectorAll('svg.text-ok').length ?? 0,
      };
    });

  /** As a link in the app does: the document stays. */
  const goTo = (place: string) => page.evaluate((to) => window.history.pushState(null, '', to), place);
  async function enterAs(reader: boolean): Promise<void> {
    answer = 'empty';
    mayOnlyRead = reader;
    await page.goto(nothing[0][0]);
  }

  test('say what would stand there, and tell nobody to do what they may not', async () => {
    await enterAs(true);
    for (const [place, title] of nothing) {
      await goTo(place);
      await page.getByText(title).first().waitFor();
      const { text, primary, green } = await shown();
      assert.equal(primary, 0, place);
      // Green would say that somebody looked and found nothing.
      assert.equal(green, 0, place);
      assert.doesNotMatch(text, /POST \/api|\b(Send|Add|Write|Begin|Put) (at|one|a|with)\b/, place);
    }
  });

  test('tell the first step to who may take it, with one thing to press', async () => {
    await enterAs(false);
    for (const [place, step] of [
      ['/adversarial-detection/guards', 'Add one; it needs a profile'],
      ['/adversarial-detection/profiles', 'Send at least 200 rows'],
      ['/notifications', 'Add a destination, test it'],
    ] as const) {
      await goTo(place);
      await page.getByText(step).waitFor();
      assert.ok((await shown()).primary <= 1, place);
    }
  });

  test('say what failed and stand as they are, and come back by trying again', async () => {
    answer = 'failed';
    await goTo('/incidents');
    await page.getByText('It failed on purpose.').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Open an incident' }).count(), 1);
    answer = 'empty';
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('No incident yet').waitFor();
  });

  test('do not offer to ask again for what is gone, but lead to the page above', async () => {
    answer = 'real';
    await goTo('/adversarial-detection/guards/01900000-0000-7000-8000-000000000000');
    await page.getByRole('link', { name: 'To Guards' }).waitFor();
    assert.equal(await page.getByRole('button', { name: 'Try again' }).count(), 0);
  });
});
