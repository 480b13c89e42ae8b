/** Every page in a real browser: no axe violation, no script error, nothing wider than a phone, in light and dark. */
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { z } from 'zod';
import { writeExamples } from '../../scripts/examples/make.ts';
import { AdvisoryImport } from '../../src/modules/advisories/contract.ts';
import { type Person, until } from '../person.ts';
import { sharedPlatform } from '../shared-platform.ts';
import { actAs, openWindow, showAs, watchComplaints } from './browser.ts';
import { lookAtPlaces, looks, moved, still, type Wrong } from './looks.ts';
import { sharedBrowser } from './shared-browser.ts';

describe('the pages in a browser', { timeout: 900_000 }, () => {
  let url = '';
  let browser: Browser;
  let admin: Person;
  /** The admin's window: the app is loaded once, and what is compiled stays so. Only who signs in needs another. */
  let page: Page;
  let complaints: string[] = [];
  let places: string[] = [];

  before(async () => {
    const shared = await sharedPlatform();
    ({ admin } = shared);
    ({ url } = shared.platform);
    const folder = join(shared.scanRoot, 'pages');
    await mkdir(folder);
    await writeExamples(folder);
    browser = await sharedBrowser();
    const opened = await openWindow(browser, url, { theme: 'light' });
    page = opened.page;
    complaints = watchComplaints(page);
    await actAs(opened.context, url, admin.cookieHeader());
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
  after(() => page?.context().close());

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

  /** Loads the app anew, which forgets what was asked before. */
  async function loaded(place: string): Promise<void> {
    await showAs(page, { theme: 'light' });
    await page.goto(place, { waitUntil: 'domcontentloaded' });
    await page.locator('h1').first().waitFor();
    await still(page);
  }

  type Seen = { readonly wrong: Wrong; readonly complaints: readonly string[] };
  async function lookAtEveryPage(): Promise<Seen> {
    await loaded('/account');
    const wrong = await lookAtPlaces(page, places);
    return { wrong, complaints: [...complaints] };
  }
  let seen: Promise<Seen> | undefined;

  for (const { name } of looks) {
    test(`every page is without violation, error and overflow (${name})`, { timeout: 600_000 }, async () => {
      seen ??= lookAtEveryPage();
      const all = await seen;
      assert.deepEqual(all.wrong.get(name), []);
      assert.deepEqual(all.complaints, []);
    });
  }

  test('signing in, triaging and signing out work by keyboard alone', async () => {
    const { context, page: stranger } = await openWindow(browser, url, { theme: 'light' });
    await stranger.goto('/vulnerabilities');
    await stranger.waitForURL(/sign-in/);
    await stranger.getByLabel('E-mail').focus();
    await stranger.keyboard.type('admin@example.com');
    await stranger.keyboard.press('Tab');
    await stranger.keyboard.type('a long quiet sentence 71');
    await stranger.keyboard.press('Enter');
    await stranger.locator('h1', { hasText: 'Vulnerabilities' }).waitFor();
    await stranger.locator('table tbody tr').first().waitFor();
    await stranger.keyboard.press('j');
    await stranger.keyboard.press('j');
    await stranger.keyboard.press('k');
    await stranger.keyboard.press('Enter');
    await stranger.waitForURL(/peek=/);
    await stranger.locator('aside h2').first().waitFor();
    await stranger.keyboard.press('Escape');
    await stranger.waitForURL((url) => !url.search.includes('peek='));
    await stranger.keyboard.press('g');
    await stranger.keyboard.press('a');
    await stranger.locator('h1', { hasText: 'Assets' }).waitFor();
    await context.close();
  });

  /** Presses Tab until the focused element's name and role fit. */
  async function tabTo(wanted: RegExp): Promise<void> {
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
    await loaded('/model-scanner');
    await page.locator('table tbody tr').first().waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.locator('[role=tree]').waitFor();
    await tabTo(/^treeitem/);
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await page.waitForURL(/(file|under)=/);

    await moved(page, '/model-scanner');
    await tabTo(/BUTTON Scan models/);
    await page.keyboard.press('Enter');
    await tabTo(/^tab Folder/);
    await page.keyboard.press('ArrowRight');
    await page.getByRole('tab', { name: 'Upload', selected: true }).waitFor();
    await page.getByRole('button', { name: 'Choose files', disabled: false }).waitFor();
    // The button itself: a panel around it has the same words.
    await tabTo(/^BUTTON Choose files/);
    const chooser = page.waitForEvent('filechooser');
    // Said to the button rather than to the page: the panel may be drawn again in between.
    await page.getByRole('button', { name: 'Choose files', exact: true }).press('Enter');
    // Protocol 0: a list. Nothing loads it.
    await (await chooser).setFiles({ name: 'harmless.pkl', mimeType: 'application/octet-stream', buffer: Buffer.from('(lp0\n.') });
    await page.getByText('Whose files these are').waitFor();
    await tabTo(/^BUTTON Upload and scan/);
    await page.keyboard.press('Enter');
    await page.locator('h1', { hasText: 'harmless.pkl' }).waitFor();
    const Named = z.object({ items: z.array(z.object({ name: z.string(), type: z.string() })) });
    const { items } = await admin.must(Named, 'GET', '/api/ai-assets?q=harmless');
    assert.deepEqual(items, [{ name: 'harmless.pkl', type: 'model' }]);

    await moved(page, '/advisories');
    await tabTo(/BUTTON Import/);
    await page.keyboard.press('Enter');
    await tabTo(/Choose a file/);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.waitForFunction(() => document.activeElement?.textContent?.includes('Import') === true);
  });

  test('an asset is found and opened, a vulnerability given to somebody and begun, an alert acknowledged by keyboard alone', async () => {
    await loaded('/ai-assets');
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
    // Looked at before: the dialogs below begin with what was known then.
    await page.keyboard.press('Enter');
    await page.locator('aside h2').first().waitFor();
    await page.keyboard.press('Escape');
    await page.waitForURL((url) => !url.search.includes('peek='));
    await page.keyboard.press('e');
    await tabTo(/^BUTTON Assign$/);
    await page.keyboard.press('Enter');
    await page.getByText(/^Assigned VUL-\d+ to Ada Admin/).waitFor();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('s');
    await tabTo(/^BUTTON Change the status$/);
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
  });

  test('a rule is tried and added by keyboard alone', async () => {
    const place = places.find((one) => one.endsWith('tab=rules'));
    assert.ok(place);
    await loaded(place);
    await tabTo(/^BUTTON Add a rule/);
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
    await tabTo(/^BUTTON Add the rule/);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByText('churned is never missing').first().waitFor();
  });

  test('an alert raised elsewhere appears without reload', async () => {
    await loaded('/security-alerts');
    // Before that the page would load the alert with its first rows, and nothing would be new.
    await page.getByText(/^Live/).first().waitFor();
    await admin.must(z.unknown(), 'POST', '/api/security-alerts', { title: 'Raised while somebody watches', severity: 'critical' });
    // New rows wait behind a button, so that nothing moves under the pointer.
    await page.getByRole('button', { name: /1 new/ }).click();
    await page.getByText('Raised while somebody watches').first().waitFor();
  });
});
