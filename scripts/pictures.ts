/** Takes the pictures of the README from a real run over the example project: `npm run pictures`. */
import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { actAs, type Looks, launchBrowser, openWindow } from '../test/browser/browser.ts';
import { type Person, registerAdmin, until } from '../test/person.ts';
import { startPlatform } from '../test/running-platform.ts';
import { writeExamples } from './examples/make.ts';

const project = join(import.meta.dirname, '..');
const folder = join(project, 'docs/pictures');
const Ids = z.object({ items: z.array(z.object({ id: z.string() })) });

async function firstId(admin: Person, path: string): Promise<string> {
  return until(`a row at ${path}`, async () => (await admin.must(Ids, 'GET', path)).items[0]?.id ?? null, 120_000);
}

// A path that says nothing about the machine the pictures are taken on.
const projects = join(tmpdir(), 'projects');
await writeExamples(projects);
chmodSync(projects, 0o755);
const platform = await startPlatform({ SCAN_ROOTS: projects, RATE_PER_MINUTE: '100000' });
const browser = await launchBrowser();
try {
  mkdirSync(folder, { recursive: true });
  const admin = await registerAdmin(platform.url);
  await admin.must(z.unknown(), 'POST', '/api/discovery/runs', { path: 'shop-assistant' });
  await firstId(admin, '/api/security-alerts?limit=1');
  const vulnerability = await firstId(admin, '/api/vulnerabilities?limit=1');
  const scan = await firstId(admin, '/api/model-scanner/scans?limit=1');
  const asset = await firstId(admin, '/api/ai-assets?limit=1');
  const places = new Map([
    ['dashboard', '/'],
    ['vulnerabilities', `/vulnerabilities?peek=${vulnerability}`],
    ['scan', `/model-scanner/${scan}`],
    ['asset', `/ai-assets/${asset}`],
    ['assets', '/ai-assets'],
    ['alerts', '/security-alerts'],
    ['risk', '/risk'],
    ['discovery', '/discovery'],
  ]);
  const looks: readonly (Looks & { name: string })[] = [
    { name: 'light', theme: 'light' },
    { name: 'dark', theme: 'dark' },
    { name: 'phone', theme: 'light', phone: true },
  ];
  for (const look of looks) {
    const { context, page } = await openWindow(browser, platform.url, look);
    await actAs(context, platform.url, admin.cookieHeader());
    for (const [name, place] of places) {
      await page.goto(place, { waitUntil: 'domcontentloaded' });
      await page.locator('h1').first().waitFor();
      await page.waitForFunction(() => document.querySelectorAll('[aria-busy="true"]').length === 0);
      await page.waitForTimeout(400);
      await page.screenshot({ path: join(folder, `${name}-${look.name}.png`) });
    }
    await context.close();
  }
  process.stdout.write(`Pictures of ${places.size} pages in ${looks.length} looks are in docs/pictures.\n`);
} finally {
  await browser.close();
  await platform.stop();
  rmSync(projects, { recursive: true, force: true });
}
