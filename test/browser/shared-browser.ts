/** The browser that all tests of a process share. */
import { after } from 'node:test';
import type { Browser } from 'playwright-core';
import { launchBrowser } from './browser.ts';

let shared: Promise<Browser> | undefined;

/** Started when the first file asks, stopped after the last test of the process. Each file opens windows of its own, and closes them. */
export function sharedBrowser(): Promise<Browser> {
  shared ??= launchBrowser();
  return shared;
}

after(async () => (await shared?.catch(() => undefined))?.close());
