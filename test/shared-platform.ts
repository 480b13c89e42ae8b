/** One running platform for the tests that do not need an empty one: a start and its idle services cost more than most of them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { type Person, registerAdmin } from './person.ts';
import { type RunningPlatform, startPlatform } from './running-platform.ts';

export type SharedPlatform = {
  readonly platform: RunningPlatform;
  /** The first person of the installation; the same for every file. */
  readonly admin: Person;
  /** May be scanned. Each file makes a folder of its own in it. */
  readonly scanRoot: string;
};

/**
 * A platform with these settings, to be named once, at the top of a module: started when somebody first asks for it, stopped after the
 * last test of the process. What earlier files made is still there.
 */
export function sharedBy(environment: Readonly<Record<string, string>>): () => Promise<SharedPlatform> {
  let shared: Promise<SharedPlatform> | undefined;
  after(async () => {
    const started = await shared?.catch(() => undefined);
    if (started === undefined) return;
    await started.platform.stop();
    await rm(started.scanRoot, { recursive: true, force: true });
  });
  return () => {
    shared ??= start(environment);
    return shared;
  };
}

/** The one of the journeys, with the doors that they ask. Whoever asks very often may say from which address: limits count by address. */
export const sharedPlatform = sharedBy({ SERVICES: 'ai-scanner,data-integrity', TRUST_PROXY: 'true' });

async function start(environment: Readonly<Record<string, string>>): Promise<SharedPlatform> {
  const scanRoot = await mkdtemp(join(tmpdir(), 'projects-'));
  const platform = await startPlatform({ SCAN_ROOTS: scanRoot, REGISTRATION: 'invite', RATE_PER_MINUTE: '1000000', ...environment });
  return { platform, scanRoot, admin: await registerAdmin(platform.url) };
}
