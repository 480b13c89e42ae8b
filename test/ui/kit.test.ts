/** The kit in a real browser under the product's own policy: keyboard, overlays, toasts, filters, long lists; axe finds nothing. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { openWindow, watchComplaints } from '../browser/browser.ts';
import { sharedBrowser } from '../browser/shared-browser.ts';
import { axeViolations, buildGallery, lookAt, openGallery, type Streams, scenes, serveBuilt } from './look.ts';

describe('the kit in a browser', { timeout: 900_000 }, () => {
  let browser: Browser;
  let server: Server;
  let streams: Streams;
  let url = '';
  let folder = '';

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kit-'));
    await buildGallery(join(folder, 'built'));
    ({ url, server, streams } = await serveBuilt(join(folder, 'built')));
    browser = await sharedBrowser();
  });
  after(async () => {
    await closeDesk();
    server?.closeAllConnections();
    server?.close();
    await rm(folder, { recursive: true, force: true });
  });

  type Window = { readonly page: Page; readonly complaints: string[] };
  async function open(phone: boolean): Promise<Window> {
    const { page } = await openWindow(browser, url, { theme: 'light', phone });
    return { page, complaints: watchComplaints(page) };
  }
  /** The window of the tests at a desk: what it has compiled once need not be compiled again. */
  let desk: Window | undefined;
  async function closeDesk(): Promise<void> {
    await desk?.page.context().close();
    desk = undefined;
  }
  /** Whoever comes finds a window that has kept nothing. */
  async function cleanDesk(): Promise<Window> {
    desk ??= await open(false);
    if (desk.page.url().startsWith(url)) await desk.page.evaluate('localStorage.clear(); sessionStorage.clear()');
    await desk.page.mouse.move(0, 0);
    desk.complaints.length = 0;
    return desk;
  }
  async function withPage(path: string, phone: boolean, work: (page: Page) => Promise<void>): Promise<void> {
    const { page, complaints } = phone ? await open(true) : await cleanDesk();
    await page.goto(path);
    await page.waitForSelector('h1');
    await work(page);
    assert.deepEqual(complaints, []);
    if (phone) await page.context().close();
  }
  /** Asks again and again; the page's policy forbids the waiting that playwright would put into it. */
  async function until(page: Page, expression: string): Promise<void> {
    const end = Date.now() + 5000;
    while (!(await page.evaluate(expression))) {
      assert.ok(Date.now() < end, `never true: ${expression}`);
      await page.waitForTimeout(50);
    }
  }
  const rowIsFocused = (page: Page, words: string) =>
    until(page, `document.activeElement?.closest('tr')?.innerText.includes(${JSON.stringify(words)}) === true`);
  const query = (page: Page) => new URL(page.url()).searchParams;

  // Colours are the same on a phone: one theme is enough there. The other scenes are for looking at.
  const looks = [
    { theme: 'light', size: 'desk', looked: scenes },
    { theme: 'dark', size: 'desk', looked: [scenes[0], scenes[1], scenes[3], scenes[5]] },
    { theme: 'light', size: 'phone', looked: [scenes[1], scenes[3], scenes[5]] },
  ] as const;
  type Wrong = ReadonlyMap<(typeof looks)[number], readonly string[]>;
  let looked: Promise<Wrong> | undefined;
  /** Every scene is gone to once and shown in each look that it is wanted in. */
  async function lookAtScenes(): Promise<Wrong> {
    const wrong = new Map<(typeof looks)[number], string[]>(looks.map((look) => [look, []]));
    const { page, complaints } = await openGallery(browser, url);
    for (const scene of scenes) {
      const wanted = looks.filter((look) => (look.looked as readonly string[]).includes(scene));
      const views = wanted.map(({ theme, size }) => ({ theme, phone: size === 'phone' }));
      const found = await lookAt(page, { scene, views });
      for (const [index, look] of wanted.entries()) wrong.get(look)?.push(...(found[index] ?? []).map((words) => `${scene}: ${words}`));
    }
    for (const look of looks) wrong.get(look)?.push(...complaints);
    await page.context().close();
    return wrong;
  }
  for (const look of looks) {
    test(`scenes are free of axe violations, refused content and overflow: ${look.theme}, ${look.size}`, async () => {
      looked ??= lookAtScenes();
      assert.deepEqual((await looked).get(look), []);
    });
  }

  test('j and k move the bar, Enter opens the peek, j changes the record without closing, Escape gives the row back', async () => {
    await withPage('/vulnerabilities', false, async (page) => {
      await page.keyboard.press('j');
      await page.keyboard.press('j');
      await rowIsFocused(page, 'send_payment changed after it was approved');
      await page.keyboard.press('Enter');
      await page.waitForSelector('[data-peek]');
      assert.equal(query(page).get('peek'), 'VUL-3377');
      assert.equal(await page.evaluate("document.activeElement?.closest('[data-peek]') !== null"), true);
      await page.keyboard.press('j');
      await until(page, "location.search.includes('VUL-3362')");
      assert.equal(await page.evaluate("document.activeElement?.closest('[data-peek]') !== null"), true);
      await page.keyboard.press('Escape');
      await page.waitForSelector('[data-peek]', { state: 'detached' });
      await rowIsFocused(page, 'Live storage key in intake_prep.ipynb');
    });
  });

  test('keys act on no row while none shows the bar, and rest while typing', async () => {
    await withPage('/vulnerabilities', false, async (page) => {
      await page.keyboard.press('e');
      await page.keyboard.press('x');
      assert.equal(await page.getByRole('region', { name: 'Selected rows' }).count(), 0);
      await page.keyboard.press('/');
      await page.keyboard.type('jex torch');
      assert.equal(await page.locator('input[type=search]').inputValue(), 'jex torch');
      await until(page, "location.search.includes('q=jex')");
    });
  });

  test('x selects, Shift-x selects the range, the bulk bar counts', async () => {
    await withPage('/vulnerabilities', false, async (page) => {
      for (const key of ['j', 'x', 'j', 'j', 'Shift+X']) await page.keyboard.press(key);
      await page.getByText('3 selected').waitFor();
      await page.keyboard.press('Escape');
      assert.equal(await page.getByText('3 selected').count(), 0);
    });
  });

  test('an action shows a toast that z takes back', async () => {
    await withPage('/vulnerabilities', false, async (page) => {
      await page.keyboard.press('j');
      await page.keyboard.press('e');
      await page.getByText('Assigned VUL-3391').waitFor();
      await page.keyboard.press('z');
      await page.getByText('Taken back').waitFor();
      assert.equal(await page.getByText('Assigned VUL-3391').count(), 0);
    });
  });

  test('a filter made by keyboard stands in the address, and Backspace takes it off', async () => {
    await withPage('/vulnerabilities', false, async (page) => {
      await page.getByRole('button', { name: 'Filter', exact: true }).click();
      await page.getByRole('button', { name: 'severity', exact: true }).click();
      await page.getByRole('checkbox', { name: 'Critical' }).check();
      await page.getByRole('checkbox', { name: 'High' }).check();
      assert.deepEqual(await axeViolations(page), []);
      await page.getByRole('button', { name: 'Add filter' }).click();
      await page.getByText('Critical or High').waitFor();
      assert.equal(query(page).get('severity'), 'critical,high');
      await page.keyboard.press('Escape');
      await page.locator('input[type=search]').focus();
      await page.keyboard.press('Backspace');
      await until(page, "!location.search.includes('severity')");
    });
  });

  test('the palette goes places, the list of keys lists, menus and dialogs are sound for axe', async () => {
    await withPage('/', false, async (page) => {
      await page.keyboard.press('Control+k');
      await page.getByPlaceholder('Go to, run, or paste an id').waitFor();
      assert.deepEqual(await axeViolations(page), []);
      await page.keyboard.type('vulnera');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 1, name: 'Vulnerabilities' }).waitFor();
      await page.keyboard.press('?');
      await page.getByRole('dialog', { name: 'Keys of this page' }).waitFor();
      await page.getByText('Select up to here').waitFor();
      assert.deepEqual(await axeViolations(page), []);
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Columns of Vulnerabilities' }).click();
      await page.getByRole('menuitemcheckbox', { name: 'Asset', exact: true }).waitFor();
      assert.deepEqual(await axeViolations(page), []);
      await page.getByRole('menuitemcheckbox', { name: 'Asset', exact: true }).click();
      await page.getByRole('columnheader', { name: 'Asset' }).waitFor({ state: 'detached' });
    });
  });

  test('g then a letter goes to a place, and back finds the list where it was left', async () => {
    await withPage('/data-quality', false, async (page) => {
      await page.evaluate("document.querySelector('table').closest('[class*=overflow-y-auto]').scrollTop = 2400");
      await page.waitForTimeout(200);
      await page.keyboard.press('g');
      await page.keyboard.press('a');
      await page.getByRole('heading', { level: 1, name: 'claims-triage' }).waitFor();
      await page.goBack();
      await page.getByRole('heading', { level: 1, name: 'A long list' }).waitFor();
      await until(page, "document.querySelector('table').closest('[class*=overflow-y-auto]').scrollTop === 2400");
    });
  });

  test('a long list draws only what is near, says how long it is, and fetches ahead', async () => {
    await withPage('/data-quality', false, async (page) => {
      const drawn = Number(await page.locator('tbody tr[data-index]').count());
      assert.ok(drawn > 10 && drawn < 70, `${drawn} rows drawn`);
      assert.equal(await page.getByRole('table').getAttribute('aria-rowcount'), '2000');
      for (let press = 0; press < 30; press += 1) await page.keyboard.press('j');
      await rowIsFocused(page, 'Finding number 29');
      await page.evaluate("document.querySelector('table').closest('[class*=overflow-y-auto]').scrollTop = 1e6");
      await page.getByText('200 of ~2,000').waitFor();
    });
  });

  test('on a phone the peek is a page with a way back, and a long press selects', async () => {
    await withPage('/vulnerabilities', true, async (page) => {
      await page.getByText('send_payment changed after it was approved').click();
      await page.getByRole('button', { name: 'Back to the list' }).click();
      await page.waitForSelector('[data-peek]', { state: 'detached' });
      await page.locator('li[data-index="2"]').dispatchEvent('pointerdown');
      await page.getByText('1 selected').waitFor();
      await page.getByRole('button', { name: 'More', exact: true }).click();
      await page.getByRole('dialog', { name: 'All places' }).waitFor();
      assert.deepEqual(await axeViolations(page), []);
    });
  });

  test('the chosen theme is there before the first paint after a reload', async () => {
    await withPage('/', false, async (page) => {
      await page.getByRole('button', { name: 'Theme: system' }).click();
      await page.getByRole('menuitemcheckbox', { name: 'Theme: dark' }).click();
      assert.equal(await page.evaluate('document.documentElement.dataset.theme'), 'dark');
      await page.reload({ waitUntil: 'commit' });
      await until(page, "document.documentElement.dataset.theme === 'dark'");
    });
  });

  test('two tabs share one stream, both hear every event, and the one that stays takes over where the other stopped', async () => {
    await closeDesk();
    const { context, page: first } = await openWindow(browser, url, { theme: 'light' });
    await first.goto('/');
    await first.getByText('Live').first().waitFor();
    const second = await context.newPage();
    await second.goto('/ai-assets');
    await second.getByText('Live').first().waitFor();
    assert.equal(streams.open.size, 1);
    streams.send('asset.registered');
    await Promise.all([first, second].map((page) => page.getByText('Event asset.registered').waitFor()));
    const before = streams.opened;
    await first.close();
    await until(second, "document.body.innerText.includes('Live')");
    const end = Date.now() + 15_000;
    while (streams.opened === before && Date.now() < end) await second.waitForTimeout(100);
    assert.equal(streams.open.size, 1);
    assert.equal(streams.resumedAfter.at(-1), String(streams.seq));
    streams.send('alert.raised');
    await second.getByText('Event alert.raised').waitFor();
    await context.close();
  });

  test('a stream that ends on purpose is renewed without a word; a refused one says Paused and offers to retry', async () => {
    await closeDesk();
    const { context, page } = await openWindow(browser, url, { theme: 'light' });
    await page.goto('/');
    await page.getByText('Live').first().waitFor();
    const before = streams.opened;
    streams.endAll();
    await until(page, "document.body.innerText.includes('Live')");
    const end = Date.now() + 5000;
    while (streams.opened === before && Date.now() < end) await page.waitForTimeout(50);
    assert.equal(await page.getByText('Reconnecting').count(), 0);
    streams.refuse = true;
    streams.endAll();
    await page
      .getByText(/Paused, last \d\d:\d\d/)
      .first()
      .waitFor();
    streams.refuse = false;
    await page.getByRole('button', { name: 'Retry' }).click();
    await page.getByText(/^Live/).first().waitFor();
    await context.close();
  });
});
