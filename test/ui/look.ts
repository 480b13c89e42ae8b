/** Builds the gallery, opens every scene in both themes and two sizes under the product's policy, runs axe, and saves pictures. Usage: node test/ui/look.ts FOLDER [scene] */
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, extname, join, normalize } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { build } from 'vite';
import { type Looks, launchBrowser, openWindow, showAs, watchComplaints } from '../browser/browser.ts';
import { colourRules, hasFreshPairs, judgePairsOnce } from '../browser/colour-pairs.ts';
import { tooWide } from '../browser/looks.ts';

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'";
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.woff2': 'font/woff2',
  '.svg': 'image/svg+xml',
};
export const scenes = [
  '/',
  '/vulnerabilities?peek=VUL-3391&environment=production',
  '/vulnerabilities',
  '/model-scanner',
  '/ai-assets',
  '/lineage',
  '/risk',
  '/data-quality',
  '/sign-in',
  '/nowhere',
] as const;

export async function buildGallery(outDir: string): Promise<void> {
  await build({ configFile: join(import.meta.dirname, 'vite.config.ts'), logLevel: 'error', build: { outDir } });
}

/** Streams of events that browsers hold open now. */
export class Streams {
  readonly open = new Set<ServerResponse>();
  opened = 0;
  /** What `after` each stream asked for, in order. */
  readonly resumedAfter: (string | null)[] = [];
  refuse = false;
  seq = 1;

  answer(url: URL, response: ServerResponse): void {
    if (this.refuse) {
      response.writeHead(401).end();
      return;
    }
    this.opened += 1;
    this.resumedAfter.push(url.searchParams.get('after'));
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write(`id: ${this.seq}\nevent: hello\ndata: {}\n\n`);
    this.open.add(response);
    response.on('close', () => this.open.delete(response));
  }
  send(type: string): void {
    this.seq += 1;
    const data = JSON.stringify({ id: 'e', type, at: new Date().toISOString(), actorId: null, payload: {} });
    for (const response of this.open) response.write(`id: ${this.seq}\nevent: ${type}\ndata: ${data}\n\n`);
  }
  endAll(): void {
    for (const response of this.open) response.end();
  }
}

/** Serves a built single-page app with the strict policy; unknown paths answer the page itself; /api/events is a stream. */
export async function serveBuilt(folder: string): Promise<{ url: string; server: Server; streams: Streams }> {
  const streams = new Streams();
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (url.pathname === '/api/events') return streams.answer(url, response);
    const name = extname(url.pathname) === '' ? '/index.html' : normalize(url.pathname);
    const body = await readFile(join(folder, name)).catch(() => null);
    response.writeHead(body === null ? 404 : 200, {
      'content-type': types[extname(name)] ?? 'application/octet-stream',
      'content-security-policy': policy,
    });
    response.end(body ?? 'not found');
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server, streams };
}

/** One window for all scenes: the gallery is loaded once, and axe runs where it is warm. */
export async function openGallery(browser: Browser, url: string): Promise<{ page: Page; complaints: string[] }> {
  const { page } = await openWindow(browser, url, { theme: 'light' });
  const complaints = watchComplaints(page);
  await page.goto('/nowhere');
  await page.waitForSelector('h1');
  await loadAxe(page);
  await judgePairsOnce(page);
  return { page, complaints };
}

export type View = Looks & { readonly picture?: string };
/** Everything wrong with one scene, for each view in turn: axe violations and page overflow. What the dark theme changes are colours alone. */
export async function lookAt(page: Page, { scene, views }: { scene: string; views: readonly View[] }): Promise<string[][]> {
  await page.evaluate(`window.history.pushState(null, '', ${JSON.stringify(scene)})`);
  await page.waitForSelector('h1');
  // The live dot, fonts and bars of a loading note come a moment later.
  await page.waitForTimeout(500);
  const wrong: string[][] = [];
  for (const view of views) {
    await showAs(page, view);
    await page.evaluate('new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))');
    if (view.picture !== undefined) await page.screenshot({ path: view.picture });
    const withColours = await hasFreshPairs(page, view.theme);
    const found = view.theme === 'dark' && !withColours ? [] : await runAxe(page, { withColours, withOthers: view.theme === 'light' });
    wrong.push([...(await tooWide(page, view)), ...found]);
  }
  return wrong;
}

type Violation = { id: string; nodes: { html: string; failureSummary: string }[] };
export async function axeViolations(page: Page): Promise<string[]> {
  await loadAxe(page);
  return runAxe(page);
}

/** Evaluated through the debugger, which the page's policy does not bind. */
async function loadAxe(page: Page): Promise<void> {
  const source = await readFile(join(import.meta.dirname, '../../node_modules/axe-core/axe.min.js'), 'utf8');
  await page.evaluate(`typeof axe === 'undefined' && (() => { ${source} })(); undefined`);
}

const standard = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

async function runAxe(page: Page, { withColours = true, withOthers = true } = {}): Promise<string[]> {
  const runOnly = withOthers ? { type: 'tag', values: standard } : { type: 'rule', values: colourRules };
  // Menus and toasts hang outside the landmarks on purpose, so `region` is left out.
  const left = ['region', ...(withColours ? [] : colourRules)];
  const rules = Object.fromEntries(left.map((rule) => [rule, { enabled: false }]));
  const options = JSON.stringify({ runOnly, rules, resultTypes: ['violations'], selectors: false });
  const found = (await page.evaluate(`axe.run(document, ${options}).then((answer) => answer.violations)`)) as Violation[];
  return found.flatMap(({ id, nodes }) =>
    nodes
      .slice(0, 4)
      .map(({ html, failureSummary }) => `axe ${id}: ${html.slice(0, 220)} — ${failureSummary.split('\n').slice(1, 3).join(' ').trim()}`),
  );
}

function pictureName({ scene, theme, phone }: { scene: string; theme: string; phone: boolean }): string {
  const words = scene.replaceAll(/\W+/g, '-').replaceAll(/^-|-$/g, '') || 'dashboard';
  return `${words}-${phone ? 'phone' : 'desk'}-${theme}.png`;
}

if (import.meta.main) {
  const [folder = join(tmpdir(), 'ai-spm-gallery'), only] = process.argv.slice(2);
  const built = join(folder, 'built');
  await buildGallery(built);
  const { url, server } = await serveBuilt(built);
  const browser = await launchBrowser();
  const { page, complaints } = await openGallery(browser, url);
  for (const scene of scenes) {
    if (only !== undefined && !scene.startsWith(only)) continue;
    const views = (['light', 'dark'] as const).flatMap((theme) =>
      [false, true].map((phone) => ({ theme, phone, picture: join(folder, pictureName({ scene, theme, phone })) })),
    );
    const wrong = await lookAt(page, { scene, views });
    for (const [index, { picture }] of views.entries())
      process.stdout.write(`${basename(picture)}: ${wrong[index]?.length === 0 ? 'nothing wrong' : `\n  ${wrong[index]?.join('\n  ')}`}\n`);
  }
  for (const complaint of complaints) process.stdout.write(`${complaint}\n`);
  await browser.close();
  server.closeAllConnections();
  server.close();
}
