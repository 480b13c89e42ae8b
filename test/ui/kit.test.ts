/** The kit in a real browser under the product's own policy: keyboard, overlays, toasts, filters, long lists; axe finds nothing. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser, openWindow, watchComplaints } from '../browser/browser.ts';
import { axeViolations, buildGallery, lookAt, scenes, serveBuilt } from './look.ts';

describe('the kit in a browser', { timeout: 240_000 }, () => {
  let browser: Browser;
  let server: Server;
  let url = '';
  let folder = '';

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kit-'));
    await buildGallery(join(folder, 'built'));
    ({ url, server } = await serveBuilt(join(folder, 'built')));
    browser = await launchBrowser();
  });
  after(async () => {
    await browser?.close();
    server?.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function withPage(path: string, phone: boolean, work: (page: Page) => Promise<void>): Promise<void> {
    const { context, page } = await openWindow(browser, url, { theme: 'light', phone });
    const complaints = watchComplaints(page);
    await page.goto(path);
    await page.waitForSelector('h1');
    await work(page);
    assert.deepEqual(complaints, []);
    await context.close();
  }
  const focusedRow = (page: Page) =>
    page.evaluate("document.activeElement?.closest('tr')?.innerText.split('\\n').find((line) => line.length > 12) ?? ''");
  const query = (page: Page) => new URL(page.url()).searchParams;

  for (const theme of ['light', 'dark'] as const) {
    test(`every scene is free of axe violations, refused content and overflow in ${theme}, on desk and phone`, async () => {
      for (const scene of scenes) {
        for (const size of ['desk', 'phone'] as const)
          assert.deepEqual(await lookAt(browser, url, { scene, size, theme }), [], `${scene} ${size}`);
      }
    });
  }

  test('j and k move the bar, Enter opens the peek, j changes the record without closing, Escape gives the row back', async () => {
    await withPage('/vulnerabilities', false, async (page) => {
      await page.keyboard.press('j');
      await page.keyboard.press('j');
      await page.waitForTimeout(100);
      assert.equal(await focusedRow(page), 'send_payment changed after it was approved');
      await page.keyboard.press('Enter');
      await page.waitForSelector('[data-peek]');
      assert.equal(query(page).get('peek'), 'VUL-3377');
      assert.equal(await page.evaluate("document.activeElement?.closest('[data-peek]') !== null"), true);
      await page.keyboard.press('j');
      await page.waitForFunction("location.search.includes('VUL-3362')");
      assert.equal(await page.evaluate("document.activeElement?.closest('[data-peek]') !== null"), true);
      await page.keyboard.press('Escape');
      await page.waitForSelector('[data-peek]', { state: 'detached' });
      await page.waitForTimeout(100);
      assert.equal(await focusedRow(page), 'Live storage key in intake_prep.ipynb');
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
      await page.waitForFunction("location.search.includes('q=jex')");
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
      await page.getByRole('button', { name: 'severity' }).click();
      await page.getByLabel('Critical').check();
      await page.getByLabel('High').check();
      assert.deepEqual(await axeViolations(page), []);
      await page.getByRole('button', { name: 'Add filter' }).click();
      await page.getByText('Critical or High').waitFor();
      assert.equal(query(page).get('severity'), 'critical,high');
      await page.keyboard.press('Escape');
      await page.locator('input[type=search]').focus();
      await page.keyboard.press('Backspace');
      await page.waitForFunction("!location.search.includes('severity')");
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
      await page.getByRole('menuitem', { name: 'Asset', exact: true }).waitFor();
      assert.deepEqual(await axeViolations(page), []);
      await page.getByRole('menuitem', { name: 'Asset', exact: true }).click();
      await page.getByRole('columnheader', { name: 'Asset' }).waitFor({ state: 'detached' });
    });
  });

  test('g then a letter goes to a place, and back finds the list where it was left', async () => {
    await withPage('/data-quality', false, async (page) => {
      await page.evaluate("document.querySelector('table').closest('.overflow-y-auto, [class*=overflow-y-auto]').scrollTop = 2400");
      await page.waitForTimeout(200);
      await page.keyboard.press('g');
      await page.keyboard.press('a');
      await page.getByRole('heading', { level: 1, name: 'claims-triage' }).waitFor();
      await page.goBack();
      await page.getByRole('heading', { level: 1, name: 'A long list' }).waitFor();
      await page.waitForTimeout(200);
      assert.equal(await page.evaluate("document.querySelector('table').closest('[class*=overflow-y-auto]').scrollTop"), 2400);
    });
  });

  test('a long list draws only what is near, says how long it is, and fetches ahead', async () => {
    await withPage('/data-quality', false, async (page) => {
      const drawn = Number(await page.locator('tbody tr[data-index]').count());
      assert.ok(drawn > 10 && drawn < 70, `${drawn} rows drawn`);
      assert.equal(await page.getByRole('table').getAttribute('aria-rowcount'), '2000');
      for (let press = 0; press < 30; press += 1) await page.keyboard.press('j');
      await page.waitForTimeout(150);
      assert.equal(await focusedRow(page), 'Finding number 29');
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
      await page.getByRole('button', { name: 'More' }).click();
      await page.getByRole('dialog', { name: 'All places' }).waitFor();
      assert.deepEqual(await axeViolations(page), []);
    });
  });

  test('the chosen theme is there before the first paint after a reload', async () => {
    await withPage('/', false, async (page) => {
      await page.getByRole('button', { name: 'Theme: system' }).click();
      await page.getByRole('menuitem', { name: 'Theme: dark' }).click();
      assert.equal(await page.evaluate('document.documentElement.dataset.theme'), 'dark');
      await page.reload({ waitUntil: 'commit' });
      await page.waitForFunction("document.documentElement.dataset.theme === 'dark'");
    });
  });
});
