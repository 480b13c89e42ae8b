/** A passkey from its registration to sign-in, by Chromium's own authenticator: what it signs, and what cannot be done with it. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { z } from 'zod';
import { Person } from '../person.ts';
import { sharedPlatform } from '../shared-platform.ts';
import { openWindow } from './browser.ts';
import { sharedBrowser } from './shared-browser.ts';

const password = 'a long quiet sentence 71';
const email = 'passkey@example.org';
/** What the door answers when the last proof is more than five minutes old. */
const refusedForProof = {
  status: 403,
  contentType: 'application/problem+json',
  body: JSON.stringify({
    type: 'about:blank',
    title: 'Refused',
    status: 403,
    detail: 'A fresh proof is wanted.',
    code: 'request.stepUpNeeded',
  }),
};

describe('passkeys in a browser', { timeout: 300_000 }, () => {
  let browser: Browser;
  /** By its name: browsers make no passkeys for addresses. */
  let url: string;
  let address: string;

  before(async () => {
    const { platform, admin } = await sharedPlatform();
    address = platform.url;
    url = platform.url.replace('127.0.0.1', 'localhost');
    const invited = await admin.must(z.object({ token: z.string() }), 'POST', '/api/users/invitations', { email, role: 'engineer' });
    await new Person(platform.url).must(z.unknown(), 'POST', '/api/register', {
      email,
      name: 'Pia Key',
      password,
      invitation: invited.token,
    });
    browser = await sharedBrowser();
  });

  /** A device with a fingerprint reader that always agrees. */
  async function addAuthenticator(context: BrowserContext, page: Page): Promise<(isTouched: boolean) => Promise<void>> {
    const session = await context.newCDPSession(page);
    await session.send('WebAuthn.enable');
    const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    return async (enabled) => void (await session.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled }));
  }

  test('is added, signs in alone by keyboard, is not accepted twice, and does not work under another address', async () => {
    const { context, page } = await openWindow(browser, url, { theme: 'light' });
    const touch = await addAuthenticator(context, page);
    await page.goto('/sign-in?next=/account');
    await page.getByLabel('Work e-mail').fill(email);
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Add one' }).click();
    await page.getByLabel('Name').fill('Test device');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Your recovery codes' }).waitFor();
    await page.getByRole('button', { name: 'I have kept them' }).click();
    await page.getByText('Passkey, signs in alone').waitFor();

    // The address field offers it: whoever chooses it there is in, without a press of the button. (Chromium's authenticator chooses by itself.)
    await context.clearCookies();
    const offered = page.waitForRequest((request) => new URL(request.url()).pathname === '/api/login/passkey/options');
    await page.goto('/sign-in?next=/account');
    await offered;
    await page.waitForURL(/\/account/);
    await page
      .getByText(/By passkey, from/)
      .first()
      .waitFor();

    // Not chosen there, it stays a page to type into, and the button takes over from what waits.
    await touch(false);
    await context.clearCookies();
    const waits = page.waitForResponse((answer) => new URL(answer.url()).pathname === '/api/login/passkey/options');
    await page.goto('/sign-in?next=/account');
    await waits;
    assert.equal(await page.getByLabel('Work e-mail').getAttribute('autocomplete'), 'username webauthn');
    await page.getByLabel('Work e-mail').fill('somebody@example.org');
    await page.getByRole('button', { name: 'Use a passkey' }).waitFor();
    const sent = page.waitForRequest((request) => new URL(request.url()).pathname === '/api/login/passkey');
    // The device is touched between the end of what waits, which would take it for itself, and the new question, which must find it.
    await page.route(
      '**/api/login/passkey/options',
      async (route) => {
        await page.getByText('Waiting for the passkey…').waitFor();
        await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
        await touch(true);
        await route.continue();
      },
      { times: 1 },
    );
    await page.getByRole('button', { name: 'Use a passkey' }).focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/account/);
    await page
      .getByText(/By passkey, from/)
      .first()
      .waitFor();

    // As if the last proof were old: the dialog asks for the passkey, and what was refused is sent again.
    await page.route('**/api/user/factors/recovery-codes', (route) => route.fulfill(refusedForProof), { times: 1 });
    await page.getByRole('button', { name: 'Make new ones' }).focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Is it you?' });
    await dialog.getByRole('button', { name: 'Go on' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Your recovery codes' }).waitFor();

    // Whoever listened sends the same again: from this origin, from another window, without its cookies.
    const body = (await sent).postData() ?? '';
    const replayed = await new Person(url).ask('POST', '/api/login/passkey', body);
    assert.deepEqual([replayed.status, z.object({ code: z.string() }).parse(replayed.body).code], [401, 'identity.passkeyRefused']);
    await context.close();

    const elsewhere = await openWindow(browser, address, { theme: 'light' });
    await addAuthenticator(elsewhere.context, elsewhere.page);
    await elsewhere.page.goto('/sign-in');
    await elsewhere.page.getByRole('button', { name: 'Use a passkey' }).click();
    await elsewhere.page.getByText('Passkeys do not work under this address').waitFor();
    await elsewhere.context.close();
  });
});
