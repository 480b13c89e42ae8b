/** An incident without a mouse: what many acts fold into, acknowledging, a note; the playbook editor and the on-call page. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import * as incidents from '../../src/modules/incidents/contract.ts';
import type { Person } from '../person.ts';
import { sharedPlatform } from '../shared-platform.ts';
import { actAs, openWindow, watchComplaints } from './browser.ts';
import { sharedBrowser } from './shared-browser.ts';

describe('an incident by keyboard alone', { timeout: 300_000 }, () => {
  let page: Page;
  let admin: Person;
  let complaints: string[] = [];
  let id = '';
  before(async () => {
    const shared = await sharedPlatform();
    admin = shared.admin;
    const draft = { title: 'Crafted input against a model', severity: 'medium', category: 'model-evasion' };
    ({ id } = await admin.must(incidents.Incident, 'POST', '/api/incidents', draft));
    for (const digit of ['1', '2', '3']) {
      const act = { action: 'block-input', parameters: { inputSha256: digit.repeat(64) }, reason: 'It was crafted.' };
      await admin.must(incidents.Act, 'POST', `/api/incidents/${id}/acts`, act);
    }
    const opened = await openWindow(await sharedBrowser(), shared.platform.url, { theme: 'dark' });
    page = opened.page;
    complaints = watchComplaints(page);
    await actAs(opened.context, shared.platform.url, admin.cookieHeader());
  });
  after(async () => {
    await page?.context().close();
    if (id !== '') await admin.must(incidents.Incident, 'PATCH', `/api/incidents/${id}`, { status: 'false_positive', reason: 'A test.' });
  });

  /** Goes on by the tabulator until something that begins so has the focus. */
  async function tabTo(words: string): Promise<void> {
    const passed: string[] = [];
    for (let step = 0; step < 80; step += 1) {
      await page.keyboard.press('Tab');
      const name = await page.evaluate(
        () => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? '',
      );
      if (name.startsWith(words)) return;
      passed.push(name.slice(0, 30));
    }
    assert.fail(`"${words}" is not reached: ${passed.join(' | ')}`);
  }

  /** Goes down an open menu; how fast it takes the focus, and letters for a search, is its own affair. */
  async function menuTo(words: string): Promise<void> {
    for (let step = 0; step < 20; step += 1) {
      const here = await page.evaluate(() => {
        const { activeElement: at } = document;
        return at?.getAttribute('role') === 'menuitem' ? at.textContent : null;
      });
      if (here?.startsWith(words)) return;
      await page.keyboard.press('ArrowDown');
      await page.waitForTimeout(30);
    }
    assert.fail(`"${words}" is not reached in the menu`);
  }

  /** A dialog leads the focus to its field a moment after it opens, later where a menu gives it back first. */
  async function typeIntoDialog(words: string): Promise<void> {
    await page.locator('[role="dialog"] textarea:focus, [role="dialog"] input:focus').first().waitFor();
    await page.keyboard.type(words);
  }

  test('three equal blocks are one line that Enter opens, and each can be taken back from there', async () => {
    await page.goto(`/incidents/${id}`);
    await page.getByText('Block input, 3 times').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Take back' }).count(), 0);
    await tabTo('In force');
    await page.keyboard.press('Enter');
    await tabTo('Take back');
    assert.equal(await page.getByRole('button', { name: 'Take back' }).count(), 3);
  });

  test('a acknowledges, c writes a note that stands in the timeline, and nothing was complained about', async () => {
    await page.keyboard.press('a');
    await page.getByText('Being investigated').first().waitFor();
    await page.keyboard.press('c');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.type('Seen without a mouse.');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByLabel('Timeline').getByText('Seen without a mouse.').waitFor();
    assert.equal(await page.getByRole('dialog').count(), 0);
    assert.deepEqual(complaints, []);
  });

  /** What may be pressed first: a page has one such button, or none. */
  const primary = () =>
    page.evaluate(() =>
      [...document.querySelectorAll('main button, main a')]
        .filter(({ classList }) => classList.contains('bg-accent'))
        .map((one) => one.textContent),
    );
  const begins = (words: string) =>
    page.waitForFunction(
      (wanted) =>
        [...document.querySelectorAll('main button')].some(
          (one) => one.classList.contains('bg-accent') && one.textContent?.startsWith(wanted),
        ),
      words,
    );

  test('from the list to closed and back, with one thing to press at each step', async () => {
    const draft = { title: 'A life by keyboard', severity: 'low', category: 'general' };
    const { id: own } = await admin.must(incidents.Incident, 'POST', '/api/incidents', draft);
    await page.evaluate(() => window.history.pushState(null, '', '/incidents?q=by+keyboard'));
    await page.getByRole('link', { name: draft.title }).waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: draft.title }).waitFor();
    await begins('Acknowledge');
    assert.equal((await primary()).length, 1);
    await page.keyboard.press('a');
    for (const { verb, says } of [
      { verb: 'Mark as contained', says: 'Nothing spreads.' },
      { verb: 'Resolve', says: 'A key had leaked.' },
      { verb: 'Close', says: 'Nothing came.' },
    ]) {
      await begins(verb);
      assert.equal((await primary()).length, 1);
      await page.keyboard.press('s');
      await typeIntoDialog(says);
      await tabTo(verb);
      await page.keyboard.press('Enter');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    }
    await page.getByText('Nothing: it is closed').waitFor();
    assert.deepEqual(await primary(), []);
    await tabTo('More');
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: 'Reopen' }).waitFor();
    await menuTo('Reopen');
    await page.keyboard.press('Enter');
    await typeIntoDialog('It came back.');
    await tabTo('Reopen');
    await page.keyboard.press('Enter');
    await begins('Mark as contained');
    await page.getByLabel('Timeline').getByText('It came back.').waitFor();
    // What happened is told from its beginning, and its end is one key away.
    const told = await page.getByLabel('Timeline').locator('li:has(time)').allTextContents();
    assert.match(told[0] ?? '', /Opened/);
    const at = (words: string) => told.findIndex((line) => line.includes(words));
    assert.ok(0 < at('Nothing came.') && at('Nothing came.') < at('It came back.'));
    await admin.must(incidents.TimelineEntry, 'POST', `/api/incidents/${own}/notes`, { text: 'Somebody else looks too.' });
    await page
      .getByText('Somebody else looks too.')
      .or(page.getByRole('button', { name: '1 new entry' }))
      .waitFor();
    await page.keyboard.press('n');
    await page.waitForFunction(() => document.activeElement?.textContent?.includes('Somebody else looks too.'));
    await admin.must(incidents.Incident, 'PATCH', `/api/incidents/${own}`, { status: 'false_positive', reason: 'A test.' });
    assert.deepEqual(complaints, []);
  });

  test('a playbook is begun and a schedule asked for by keyboard, and Escape gives the focus back to where it was', async () => {
    await page.goto('/incidents/on-call');
    await page.getByRole('button', { name: 'Add a schedule' }).waitFor();
    await tabTo('Add a schedule');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    // The focus goes back a moment after the dialog is gone.
    await page.waitForFunction(() => document.activeElement?.textContent === 'Add a schedule');
    await page.goto('/incidents/playbooks');
    await page.getByText('Write a playbook').waitFor();
    await tabTo('Write a playbook');
    await page.keyboard.press('Enter');
    await page.getByRole('textbox').first().waitFor();
    assert.deepEqual(complaints, []);
  });

  test('what somebody else saves does not take the place of what is being written, and the person who writes is told', async () => {
    const saved = await admin.must(incidents.getPlaybook.output, 'GET', '/api/incidents/playbooks/evading-client');
    const theirs = (title: string) => ({ text: saved.text.replace(saved.title, title) });
    try {
      // As a link in the app does: loading the app again would cost more than the test.
      await page.evaluate(() => window.history.pushState(null, '', '/incidents/playbooks/evading-client'));
      await page.getByRole('heading', { level: 1, name: saved.title }).waitFor();
      const written = page.getByRole('textbox', { name: 'Playbook' });
      await written.fill('What I write.');
      await admin.must(incidents.savePlaybook.output, 'PUT', '/api/incidents/playbooks/evading-client', theirs('Theirs by now'));
      await page.getByText('Somebody saved this playbook while you were writing').waitFor();
      assert.equal(await written.inputValue(), 'What I write.');
      await page.getByRole('button', { name: 'Drop mine and show the saved one' }).click();
      await page.waitForFunction(() => document.querySelector('textarea')?.value.includes('Theirs by now'));
      // Nothing is written now: the next version is simply shown.
      await admin.must(incidents.savePlaybook.output, 'PUT', '/api/incidents/playbooks/evading-client', theirs('Theirs once more'));
      await page.waitForFunction(() => document.querySelector('textarea')?.value.includes('Theirs once more'));
    } finally {
      await admin.ask('DELETE', '/api/incidents/playbooks/evading-client');
    }
  });
});
