/** Every page in a real browser: no axe violation, no script error, nothing wider than a phone, in light and dark. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { z } from 'zod';
import { writeExamples } from '../../scripts/examples/make.ts';
import { AdvisoryImport } from '../../src/modules/advisories/contract.ts';
import { type Person, registerAdmin, until } from '../person.ts';
import { type RunningPlatform, startPlatform } from '../running-platform.ts';
import { actAs, desktop, type Looks, launchBrowser, openWindow, phone, showAs, watchComplaints } from './browser.ts';

describe('the pages in a browser', { timeout: 900_000 }, () => {
  let platform: RunningPlatform;
  let browser: Browser;
  let admin: Person;
  let folder = '';
  let places: string[] = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'project-'));
    await writeExamples(folder);
    platform = await startPlatform({ SCAN_ROOTS: folder, RATE_PER_MINUTE: '1000000' });
    admin = await registerAdmin(platform.url);
    browser = await launchBrowser();
    const { id: runId } = await admin.must(z.object({ id: z.uuid() }), 'POST', '/api/discovery/runs', { path: folder });
    await until('alerts of the first scan', async () => ((await firstId('/api/security-alerts')) === null ? null : true));
    const vulnerability = await firstId('/api/vulnerabilities');
    const asset = await firstId('/api/ai-assets');
    const scan = await firstId('/api/model-scanner/scans');
    const Files = z.object({ items: z.array(z.object({ path: z.string(), assetId: z.string().nullable() })) });
    const advisory = await importedAdvisory();
    const files = await admin.must(Files, 'GET', `/api/model-scanner/scans/${scan}/files?limit=200`);
    const scanned = files.items.find(({ assetId }) => assetId !== null)?.assetId;
    const project = files.items.find(({ path, assetId }) => path.endsWith('requirements.txt') && assetId !== null)?.assetId;
    assert.ok(scanned && project, 'the example project has models and a list of packages');
    const { table, assessment } = await assessedTable();
    places = [
      '/',
      '/ai-assets',
      `/ai-assets?peek=${asset}`,
      `/ai-assets/${asset}`,
      '/ai-assets/new',
      '/discovery',
      `/discovery/${runId}`,
      '/model-scanner',
      `/model-scanner/${scan}`,
      `/model-scanner/${scan}?view=unread`,
      `/model-scanner/${scan}?under=shop-assistant`,
      '/model-scanner/rules',
      '/model-scanner/schedules',
      '/model-scanner/suppressions',
      `/model-scanner/compare?a=${scan}&b=${scan}`,
      `/ai-assets/${scanned}/bom`,
      `/ai-assets/${project}/bom`,
      '/advisories',
      '/advisories?here=true',
      `/advisories?peek=${advisory}`,
      '/advisories/imports',
      '/data-quality',
      '/data-quality?tab=alerts',
      '/data-quality?tab=assessments',
      '/data-quality/settings',
      `/data-quality/tables/${table}`,
      ...['columns', 'drift', 'anomalies', 'poisoning', 'rules', 'baselines', 'monitors', 'history'].map(
        (tab) => `/data-quality/tables/${table}?tab=${tab}`,
      ),
      `/data-quality/assessments/${assessment}`,
      `/data-quality/assessments/${assessment}?tab=rows`,
      '/vulnerabilities',
      `/vulnerabilities?peek=${vulnerability}`,
      `/vulnerabilities/${vulnerability}`,
      '/security-alerts',
      '/risk',
      '/audit-logs',
      '/settings',
      '/settings/second-factors',
      '/settings/sign-in-providers',
      '/settings/sign-in-providers/new?kind=saml',
      '/monitoring',
      '/users',
      '/permissions',
      '/account',
      '/nowhere',
    ];
  });
  after(async () => {
    await browser?.close();
    await platform?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** A data set of the examples with a baseline, a rule that is broken, a monitor, and one look at it. */
  async function assessedTable(): Promise<{ table: string; assessment: string }> {
    const Made = z.object({ id: z.uuid() });
    // Found by discovery, with its file as key.
    const assetId = await firstId('/api/ai-assets?q=customers.csv&asset_type=dataset');
    assert.ok(assetId);
    await admin.must(Made, 'POST', '/api/data-quality/baselines', { assetId, name: 'the first', promote: true });
    const rule = { kind: 'rowCount', min: 1_000_000 };
    await admin.must(z.unknown(), 'POST', '/api/data-quality/validation-rules', { assetId, rules: [{ rule, severity: 'high' }] });
    const { id: monitor } = await admin.must(Made, 'POST', '/api/data-quality/monitors', { assetId, name: 'Hourly', everyMinutes: null });
    const { id: assessment } = await admin.must(Made, 'POST', `/api/data-quality/monitors/${monitor}/run`, {});
    const State = z.object({ state: z.string() });
    await until('the assessment', async () =>
      (await admin.must(State, 'GET', `/api/data-quality/assessments/${assessment}`)).state === 'done' ? true : null,
    );
    return { table: assetId, assessment };
  }

  /** One advisory, of a made-up package that nobody has. */
  async function importedAdvisory(): Promise<string> {
    const record = {
      id: 'GHSA-test-0000-0001',
      aliases: ['CVE-2020-0001'],
      modified: '2026-05-01T00:00:00Z',
      summary: 'An example that affects an example package',
      affected: [
        {
          package: { ecosystem: 'PyPI', name: 'an-example-package' },
          ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '2.0' }] }],
        },
      ],
    };
    const answer = await admin.send('POST', '/api/advisories/imports?name=example.json', JSON.stringify(record));
    assert.equal(answer.status, 202, JSON.stringify(answer.body));
    const { id } = AdvisoryImport.parse(answer.body);
    await until('the import', async () => {
      const row = await admin.must(AdvisoryImport, 'GET', `/api/advisories/imports/${id}`);
      return row.state === 'running' ? null : row;
    });
    return record.id;
  }

  async function firstId(path: string): Promise<string | null> {
    const page = await admin.must(
      z.object({ items: z.array(z.object({ id: z.string() })) }),
      'GET',
      `${path}${path.includes('?') ? '&' : '?'}limit=1`,
    );
    return page.items[0]?.id ?? null;
  }

  async function settled(page: Page, place: string): Promise<void> {
    await page.goto(place, { waitUntil: 'domcontentloaded' });
    await page.locator('h1').first().waitFor();
    await still(page);
  }

  /** Parts of a page load on their own, some only after another; the live stream never ends, so the network is never idle. */
  async function still(page: Page): Promise<void> {
    for (let looked = 0; looked < 2; looked += 1) {
      await page.waitForFunction(() => document.querySelectorAll('[aria-busy="true"]').length === 0);
      await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    }
  }

  type Rules = { readonly runOnly: { readonly type: string; readonly values: readonly string[] }; readonly but?: readonly string[] };
  const standard = { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] };
  const wholeStandard: Rules = { runOnly: standard };
  /** The rules of the standard that judge colours: they cost more than all the others. */
  const colours = ['color-contrast', 'link-in-text-block'];
  const coloursAlone: Rules = { runOnly: { type: 'rule', values: colours } };
  const allButColours: Rules = { runOnly: standard, but: colours };

  /** `axe.source` must have been evaluated in the page. */
  async function violations(page: Page, { runOnly, but = [] }: Rules): Promise<string[]> {
    const found = await page.evaluate(
      async (options) => {
        const { axe: checker } = window as unknown as {
          axe: { run(context: Document, options: unknown): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
        };
        // Selectors of what passes are not looked at, and cost much.
        const { violations: list } = await checker.run(document, { ...options, resultTypes: ['violations'], selectors: false });
        return list.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
      },
      { runOnly, rules: Object.fromEntries(but.map((rule) => [rule, { enabled: false }])) },
    );
    return found;
  }

  type Look = { readonly name: string; readonly looks: Looks; readonly rules: Rules };
  /** The dark theme is the same document in other colours; on a phone the document is another one in the same colours. */
  const looked: readonly Look[] = [
    { name: 'light', looks: { theme: 'light' }, rules: wholeStandard },
    { name: 'dark', looks: { theme: 'dark' }, rules: coloursAlone },
    { name: 'light, phone', looks: { theme: 'light', phone: true }, rules: allButColours },
  ];
  type Seen = { readonly wrong: ReadonlyMap<string, string[]>; readonly complaints: readonly string[] };

  /** Two windows share the pages: while one waits for an answer, the other is looked at. */
  async function lookAtEveryPage(): Promise<Seen> {
    const waiting = [...places];
    const seen = await Promise.all([lookAtPages(waiting), lookAtPages(waiting)]);
    const wrong = new Map(looked.map(({ name }) => [name, seen.flatMap((one) => one.wrong.get(name) ?? [])]));
    return { wrong, complaints: [...new Set(seen.flatMap(({ complaints }) => complaints))] };
  }

  /** As a link in the app does: the document stays, and what waits for its code or data says so at once. */
  async function moved(page: Page, place: string): Promise<void> {
    await page.evaluate((to) => window.history.pushState(null, '', to), place);
    await still(page);
    await page.locator('h1').first().waitFor();
  }

  /** Every page is gone to once and shown in each look in turn: the app itself is loaded once a window. */
  async function lookAtPages(waiting: string[]): Promise<Seen> {
    const { context, page } = await openWindow(browser, platform.url, { theme: 'light' });
    await actAs(context, platform.url, admin.cookieHeader());
    const complaints = watchComplaints(page);
    const wrong = new Map<string, string[]>(looked.map(({ name }) => [name, []]));
    await settled(page, '/account');
    await page.evaluate(axe.source);
    for (let place = waiting.shift(); place !== undefined; place = waiting.shift()) {
      await showAs(page, { theme: 'light' });
      await moved(page, place);
      for (const { name, looks, rules } of looked) {
        await showAs(page, looks);
        await still(page);
        wrong.get(name)?.push(...(await violations(page, rules)).map((violation) => `${place} ${violation}`));
        const { wide, width } = await page.evaluate(() => ({
          wide: document.documentElement.scrollWidth - window.innerWidth,
          width: window.innerWidth,
        }));
        assert.equal(width, looks.phone === true ? phone.width : desktop.width, `the window of ${place} has the size that was asked for`);
        if (wide > 0) wrong.get(name)?.push(`${place} is ${wide} px wider than the window`);
      }
    }
    await context.close();
    return { wrong, complaints };
  }
  let seen: Promise<Seen> | undefined;

  for (const { name } of looked) {
    test(`every page is without violation, error and overflow (${name})`, { timeout: 600_000 }, async () => {
      seen ??= lookAtEveryPage();
      const { wrong, complaints } = await seen;
      assert.deepEqual(wrong.get(name), []);
      assert.deepEqual(complaints, []);
    });
  }

  test('signing in, triaging and signing out work by keyboard alone', async () => {
    const { context, page } = await openWindow(browser, platform.url, { theme: 'light' });
    await page.goto('/vulnerabilities');
    await page.waitForURL(/sign-in/);
    await page.getByLabel('E-mail').focus();
    await page.keyboard.type('admin@example.com');
    await page.keyboard.press('Tab');
    await page.keyboard.type('a long quiet sentence 71');
    await page.keyboard.press('Enter');
    await page.locator('h1', { hasText: 'Vulnerabilities' }).waitFor();
    await page.locator('table tbody tr').first().waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('k');
    await page.keyboard.press('Enter');
    await page.waitForURL(/peek=/);
    await page.locator('aside h2').first().waitFor();
    await page.keyboard.press('Escape');
    await page.waitForURL((url) => !url.search.includes('peek='));
    await page.keyboard.press('g');
    await page.keyboard.press('a');
    await page.locator('h1', { hasText: 'Assets' }).waitFor();
    await context.close();
  });

  /** Presses Tab until the focused element's name and role fit. */
  async function tabTo(page: Page, wanted: RegExp): Promise<void> {
    const names: string[] = [];
    for (let pressed = 0; pressed < 100; pressed += 1) {
      const name = await page.evaluate(() => {
        const element = document.activeElement;
        return `${element?.getAttribute('role') ?? element?.tagName ?? ''} ${element?.getAttribute('aria-label') ?? element?.textContent ?? ''}`.trim();
      });
      if (wanted.test(name)) return;
      names.push(name.slice(0, 40));
      await page.keyboard.press('Tab');
    }
    assert.fail(`Tab never reached ${wanted}: ${names.join(' | ')}`);
  }

  test('a scan is read, a file uploaded as a new asset, and advisories are imported by keyboard alone', async () => {
    const { context, page } = await openWindow(browser, platform.url, { theme: 'light' });
    await actAs(context, platform.url, admin.cookieHeader());
    await settled(page, '/model-scanner');
    await page.locator('table tbody tr').first().waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.locator('[role=tree]').waitFor();
    await tabTo(page, /^treeitem/);
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await page.waitForURL(/(file|under)=/);

    await settled(page, '/model-scanner');
    await tabTo(page, /BUTTON Scan models/);
    await page.keyboard.press('Enter');
    await tabTo(page, /^tab Folder/);
    await page.keyboard.press('ArrowRight');
    await page.getByRole('tab', { name: 'Upload', selected: true }).waitFor();
    await page.getByRole('button', { name: 'Choose files', disabled: false }).waitFor();
    // The button itself: a panel around it has the same words.
    await tabTo(page, /^BUTTON Choose files/);
    const chooser = page.waitForEvent('filechooser');
    // Said to the button rather than to the page: the panel may be drawn again in between.
    await page.getByRole('button', { name: 'Choose files', exact: true }).press('Enter');
    // Protocol 0: a list. Nothing loads it.
    await (await chooser).setFiles({ name: 'harmless.pkl', mimeType: 'application/octet-stream', buffer: Buffer.from('(lp0\n.') });
    await page.getByText('Whose files these are').waitFor();
    await tabTo(page, /^BUTTON Upload and scan/);
    await page.keyboard.press('Enter');
    await page.locator('h1', { hasText: 'harmless.pkl' }).waitFor();
    const Named = z.object({ items: z.array(z.object({ name: z.string(), type: z.string() })) });
    const { items } = await admin.must(Named, 'GET', '/api/ai-assets?q=harmless');
    assert.deepEqual(items, [{ name: 'harmless.pkl', type: 'model' }]);

    await settled(page, '/advisories');
    await tabTo(page, /BUTTON Import/);
    await page.keyboard.press('Enter');
    await tabTo(page, /Choose a file/);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.waitForFunction(() => document.activeElement?.textContent?.includes('Import') === true);
    await context.close();
  });

  test('an asset is found and opened, a vulnerability given to somebody and begun, an alert acknowledged by keyboard alone', async () => {
    const { context, page } = await openWindow(browser, platform.url, { theme: 'light' });
    await actAs(context, platform.url, admin.cookieHeader());
    await settled(page, '/ai-assets');
    await page.locator('table tbody tr').first().waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('reranker.pkl');
    await page.keyboard.press('Enter');
    await page.waitForURL(/q=reranker/);
    await page.getByText('1 row', { exact: true }).waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('j');
    await page.keyboard.press('f');
    await page.locator('h1', { hasText: 'reranker.pkl' }).waitFor();

    await moved(page, '/vulnerabilities');
    await page.locator('table tbody tr').first().waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('e');
    await tabTo(page, /^BUTTON Assign$/);
    await page.keyboard.press('Enter');
    await page.getByText(/^Assigned VUL-\d+ to Ada Admin/).waitFor();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('s');
    await tabTo(page, /^BUTTON Change the status$/);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    const { items } = await admin.must(
      z.object({ items: z.array(z.object({ assigneeName: z.string().nullable() })) }),
      'GET',
      '/api/vulnerabilities?status=in_progress',
    );
    assert.deepEqual(items, [{ assigneeName: 'Ada Admin' }]);

    await moved(page, '/security-alerts');
    await page.locator('table tbody tr').first().waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('a');
    await page.getByText(/^Acknowledged: /).waitFor();
    await context.close();
  });

  test('a rule is tried and added by keyboard alone', async () => {
    const { context, page } = await openWindow(browser, platform.url, { theme: 'light' });
    await actAs(context, platform.url, admin.cookieHeader());
    const place = places.find((one) => one.endsWith('tab=rules'));
    assert.ok(place);
    await settled(page, place);
    await tabTo(page, /^BUTTON Add a rule/);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    // The dialog begins at its first field, the kind of the rule: never missing.
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.type('churned');
    await page
      .getByText(/ fail$/)
      .first()
      .waitFor();
    await tabTo(page, /^BUTTON Add the rule/);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByText('churned is never missing').first().waitFor();
    await context.close();
  });

  test('an alert raised elsewhere appears without reload', async () => {
    const { context, page } = await openWindow(browser, platform.url, { theme: 'light' });
    await actAs(context, platform.url, admin.cookieHeader());
    await settled(page, '/security-alerts');
    // Before that the page would load the alert with its first rows, and nothing would be new.
    await page.getByText(/^Live/).first().waitFor();
    await admin.must(z.unknown(), 'POST', '/api/security-alerts', { title: 'Raised while somebody watches', severity: 'critical' });
    // New rows wait behind a button, so that nothing moves under the pointer.
    await page.getByRole('button', { name: /1 new/ }).click();
    await page.getByText('Raised while somebody watches').first().waitFor();
    await context.close();
  });
});
