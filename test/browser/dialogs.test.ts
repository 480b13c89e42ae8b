/** What dialogs and forms owe the keyboard: the focus goes back to what was pressed, and a refusal is said once, where it belongs. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { z } from 'zod';
import type { Person } from '../person.ts';
import { sharedPlatform } from '../shared-platform.ts';
import { actAs, openWindow, watchComplaints } from './browser.ts';
import { sharedBrowser } from './shared-browser.ts';

const email = 'dialogs@example.com';

describe('dialogs and forms', { timeout: 300_000 }, () => {
  let page: Page;
  let admin: Person;
  let complaints: string[] = [];
  before(async () => {
    const shared = await sharedPlatform();
    admin = shared.admin;
    const { token } = await admin.must(z.object({ token: z.string() }), 'POST', '/api/users/invitations', { email, role: 'auditor' });
    const body = { email, name: 'Dora Dialog', password: 'a long quiet sentence 73', invitation: token };
    await fetch(`${shared.platform.url}/api/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    // Sensitive changes want a fresh proof, which the page would ask for.
    await admin.must(z.unknown(), 'POST', '/api/session/verify', { password: admin.password });
    const opened = await openWindow(await sharedBrowser(), shared.platform.url, { theme: 'light' });
    page = opened.page;
    complaints = watchComplaints(page);
    await actAs(opened.context, shared.platform.url, admin.cookieHeader());
    await page.goto('/users?q=dialogs');
  });
  after(() => page?.context().close());

  const focused = () =>
    page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.getAttribute('name'));
  const dialog = () => page.getByRole('dialog');

  async function openByMenu(item: string): Promise<void> {
    await page.getByRole('button', { name: 'Actions for Dora Dialog' }).press('Enter');
    await page.getByRole('menuitem', { name: item }).press('Enter');
    await dialog().waitFor();
  }

  for (const [item, field] of [
    ['Change the e-mail address…', 'email'],
    ['Change the department…', 'department'],
    ['Change the role…', 'role'],
  ] as const)
    test(`"${item}" begins at its field, and gives the focus back to the button of its row`, async () => {
      await openByMenu(item);
      await page.waitForFunction((name) => document.activeElement?.getAttribute('name') === name, field);
      await page.keyboard.press('Escape');
      await dialog().waitFor({ state: 'detached' });
      assert.equal(await focused(), 'Actions for Dora Dialog');
    });

  test('a department is given there, and the focus comes back then too', async () => {
    await openByMenu('Change the department…');
    await dialog().getByRole('textbox', { name: 'Department' }).fill('Risk');
    await page.keyboard.press('Enter');
    await dialog().waitFor({ state: 'detached' });
    assert.equal(await focused(), 'Actions for Dora Dialog');
    await page.getByText('Risk', { exact: true }).waitFor();
  });

  test('what the server refuses of a field is said once, at the field, with the keyboard there', async () => {
    await openByMenu('Change the e-mail address…');
    await page.getByLabel('New e-mail').fill(email);
    await page.keyboard.press('Enter');
    await page.getByText('They have this address.').waitFor();
    assert.equal(await page.getByText('They have this address.').count(), 1);
    assert.equal(await dialog().getByRole('alert').count(), 0);
    assert.equal(await focused(), 'email');
    const described = await page.getByLabel('New e-mail').getAttribute('aria-describedby');
    assert.match((await page.locator(`[id="${described?.split(' ')[0]}"]`).textContent()) ?? '', /They have this address/);
    await page.keyboard.press('Escape');
  });

  test('a field out of view is named in a summary too, and reached from there', async () => {
    await page.setViewportSize({ width: 390, height: 600 });
    await page.goto('/ai-assets/new');
    const issues = [
      { path: 'name', message: 'Too plain.' },
      { path: 'description', message: 'Too long.' },
      { path: 'keys.0', message: 'Taken.' },
    ];
    await page.route('**/api/ai-assets', (route) =>
      route.request().method() === 'POST'
        ? route.fulfill({
            status: 422,
            contentType: 'application/problem+json',
            body: JSON.stringify({ code: 'request.invalid', status: 422, detail: 'The request has 3 invalid value(s).', issues }),
          })
        : route.fallback(),
    );
    await page.getByLabel('Name').fill('Plain');
    await page.getByLabel('Name').press('Enter');
    const summary = page.getByRole('alert').filter({ hasText: 'Too long.' });
    await summary.waitFor();
    assert.equal(await focused(), 'name');
    assert.equal(await page.getByText('Too plain.').count(), 1);
    assert.match((await summary.textContent()) ?? '', /keys\.0: Taken\./);
    await summary.getByRole('button', { name: 'Description' }).click();
    assert.equal(await focused(), 'description');
    await page.unroute('**/api/ai-assets');
    // Of the answers that were refused on purpose the browser says something by itself.
    assert.deepEqual(
      complaints.filter((line) => !/status of 4\d\d/.test(line)),
      [],
    );
  });
});
