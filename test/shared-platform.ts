/** One running platform for the journeys that do not need an empty one: a start and five idle services cost more than most journeys. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { type Person, registerAdmin } from './person.ts';
import { type RunningPlatform, startPlatform } from './running-platform.ts';

export type SharedPlatform = {
  readonly platform: RunningPlatform;
  /** The first person of the installation; the same for every journey. */
  readonly admin: Person;
  /** May be scanned. Each journey makes a folder of its own in it. */
  readonly scanRoot: string;
};

let shared: Promise<SharedPlatform> | undefined;

/** Started when the first journey asks, stopped after the last test of the process. What earlier journeys made is still there. */
export function sharedPlatform(): Promise<SharedPlatform> {
  shared ??= start();
  return shared;
}

async function start(): Promise<SharedPlatform> {
  const scanRoot = await mkdtemp(join(tmpdir(), 'projects-'));
  const platform = await startPlatform({ SCAN_ROOTS: scanRoot, REGISTRATION: 'invite', RATE_PER_MINUTE: '1000000' });
  return { platform, scanRoot, admin: await registerAdmin(platform.url) };
}

after(async () => {
  const started = await shared?.catch(() => undefined);
  if (started === undefined) return;
  await started.platform.stop();
  await rm(started.scanRoot, { recursive: true, force: true });
});
