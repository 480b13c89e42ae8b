/** A real Chromium: the one npm brings, or the one CHROMIUM_PATH names. */
import { type Browser, type BrowserContext, type CDPSession, chromium, type Page } from 'playwright-core';
import { namedBrowser, unpackBrowser } from '../../scripts/test/unpacked-browser.ts';

export async function launchBrowser(): Promise<Browser> {
  const named = namedBrowser();
  const quiet = ['--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
  const executablePath = named ?? (await unpackBrowser());
  // The arguments its package gives are made for serverless functions (one process, no web security): not what people browse with.
  return chromium.launch({ executablePath, headless: true, args: ['--no-sandbox', '--disable-gpu', ...quiet] });
}

export type Looks = { readonly theme: 'light' | 'dark'; readonly phone?: boolean };
export const desktop = { width: 1440, height: 900 };
const patienceMs = 90_000;
export const phone = { width: 390, height: 844 };

/** A window of its own, with its own cookies. */
export async function openWindow(browser: Browser, url: string, looks: Looks): Promise<{ context: BrowserContext; page: Page }> {
  const context = await browser.newContext({
    baseURL: url,
    viewport: looks.phone === true ? phone : desktop,
    deviceScaleFactor: 1,
    colorScheme: looks.theme,
    reducedMotion: 'reduce',
    ...(looks.phone === true ? { isMobile: true, hasTouch: true } : {}),
  });
  // Playwright's own half minute is short for a machine that does much else.
  context.setDefaultTimeout(patienceMs);
  return { context, page: await context.newPage() };
}

const sessions = new WeakMap<Page, Promise<CDPSession>>();

/** Changes theme and window of a page that is loaded: spares loading it again for each look. */
export async function showAs(page: Page, { theme, phone: small = false }: Looks): Promise<void> {
  await page.emulateMedia({ colorScheme: theme });
  // What a session sets holds as long as the session: one for the life of the page.
  const opened = sessions.get(page) ?? page.context().newCDPSession(page);
  sessions.set(page, opened);
  const session = await opened;
  await session.send('Emulation.setDeviceMetricsOverride', { ...(small ? phone : desktop), deviceScaleFactor: 1, mobile: small });
  await session.send('Emulation.setTouchEmulationEnabled', { enabled: small });
}

/** Takes the cookies of a person who signed in over REST. */
export async function actAs(context: BrowserContext, url: string, cookieHeader: string): Promise<void> {
  const cookies = cookieHeader.split('; ').map((pair) => {
    const at = pair.indexOf('=');
    return { name: pair.slice(0, at), value: pair.slice(at + 1), url };
  });
  await context.addCookies(cookies);
}

/** What the page complained about: script errors and refused content. */
export function watchComplaints(page: Page): string[] {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  return complaints;
}
