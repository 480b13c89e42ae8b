/**
 * What a guard costs: one process that only guards (the real door, the real database), callers and model in another, 500 requests a second
 * of 64 features against a profile of 2,000 reference rows. Time and processor time are of everything the guard's process does.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { overrideEnvironment } from '../../../platform/config.ts';
import { useDatabase } from '../../../platform/database/database.ts';
import { createServer } from '../../../platform/http/server.ts';
import { createProfile, getProfile } from '../contract.ts';
import { flushScreening } from '../screening/write-behind.ts';
import { TestDetection } from '../test-detection.ts';
import { cloudSource } from '../testing/blobs.ts';
import { createGuard } from './guard-contract.ts';
import { inferRoute } from './infer-route.ts';
import type { LoadOrder, LoadReport } from './testing/guard-load.ts';

const perSecond = 500;
const dimensions = 64;
const clouds = { dimensions, classes: 10 };
type Measured = { readonly direct: LoadReport; readonly through: LoadReport; readonly cpuMs: number };

async function profileOf(detection: TestDetection): Promise<string> {
  const { values, labels, confidences } = cloudSource({ ...clouds, rows: 3334, seed: 3 });
  const samples = labels.map((label, row) => ({
    id: String(row),
    features: [...values.subarray(row * dimensions, (row + 1) * dimensions)],
    label,
    prediction: label,
    confidence: confidences[row] as number,
  }));
  return detection.withJobs(async () => {
    const { profileId } = await detection.ask(createProfile, { modelId: 'bench', samples });
    for (;;) {
      const { state } = await detection.ask(getProfile, { id: profileId });
      if (state !== 'building') return profileId;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  });
}

function bodies(): string[] {
  const { values, labels } = cloudSource({ ...clouds, rows: 5000, seed: 9 });
  return labels.map((label, row) => JSON.stringify({ x: [...values.subarray(row * dimensions, (row + 1) * dimensions)], label }));
}

async function load(child: ChildProcess, order: LoadOrder): Promise<LoadReport> {
  child.send(order);
  const [report] = (await once(child, 'message')) as [LoadReport];
  return report;
}

async function measure(): Promise<Measured> {
  const ends: (() => Promise<void>)[] = [];
  try {
    const detection = await TestDetection.open({ after: (end) => void ends.unshift(end) });
    useDatabase(detection.base.database);
    ends.unshift(async () => useDatabase(null));
    ends.unshift(() => flushScreening());
    overrideEnvironment({ OUTBOUND_HOSTS: '127.0.0.1' });
    const { actor } = detection.person('engineer');
    const app = await createServer({
      door: 'product',
      routes: [inferRoute],
      ready: () => true,
      identify: () => ({ actor, checkCsrf: () => true }),
    });
    const guardUrl = `${await app.listen({ port: 0, host: '127.0.0.1' })}/api/guard/bench/infer`;
    ends.unshift(() => app.close());
    const child = fork(join(import.meta.dirname, 'testing/guard-load.ts'), [], { stdio: 'inherit' });
    ends.unshift(async () => void child.disconnect());
    const [{ port }] = (await once(child, 'message')) as [{ port: number }];
    const upstream = `http://127.0.0.1:${port}/infer`;
    const mapping = { features: ['/x'], prediction: '/label', confidence: '/p' };
    const profileId = await profileOf(detection);
    await detection.ask(createGuard, { name: 'bench', profileId, upstream, form: 'custom-json', mapping, mode: 'enforce' });
    const order = { perSecond, seconds: 10 };
    // The first seconds make machine code and load what is kept in memory.
    await load(child, { ...order, bodies: bodies(), url: guardUrl, seconds: 4 });
    const direct = await load(child, { ...order, url: upstream });
    const [before, waited] = [process.cpuUsage(), secondsWaited()];
    const through = await load(child, { ...order, url: guardUrl });
    const { user, system } = process.cpuUsage(before);
    const seen = Object.entries(through.statuses).map(([status, n]) => `${n} × ${status}`);
    process.stdout.write(`  guard: ${seen.join(', ')}; ready without a core for ${(secondsWaited() - waited).toFixed(1)} s\n`);
    for (const [name, { ms }] of Object.entries({ direct, through }))
      process.stdout.write(`  ${name}: p50 ${at(ms, 0.5).toFixed(2)}, p99 ${at(ms, 0.99).toFixed(2)} ms\n`);
    return { direct, through, cpuMs: (user + system) / 1000 / through.ms.length };
  } finally {
    for (const end of ends) await end();
    overrideEnvironment({ OUTBOUND_HOSTS: '' });
  }
}

/** Others on the machine are in what callers see: how long this process was ready and had no core. NaN where it is not told. */
function secondsWaited(): number {
  const place = '/proc/self/schedstat';
  return existsSync(place) ? Number(readFileSync(place, 'utf8').split(' ')[1]) / 1e9 : Number.NaN;
}

const at = (rising: readonly number[], share: number): number =>
  rising[Math.min(rising.length - 1, Math.floor(share * rising.length))] ?? Number.NaN;
let measured: Promise<Measured> | undefined;
const figure = (of: (all: Measured) => number) => async (): Promise<number> => {
  measured ??= measure();
  return of(await measured);
};
const added = (share: number) => figure(({ direct, through }) => at(through.ms, share) - at(direct.ms, share));

export const benches = [
  { name: 'guard: time added at 500 requests/s, p50, as callers see it', bar: 3, unit: 'ms', run: added(0.5) },
  { name: 'guard: time added at 500 requests/s, p99, as callers see it', bar: 10, unit: 'ms', run: added(0.99) },
  { name: 'guard: time added, p50, as the guard counts it', bar: 3, unit: 'ms', run: figure(({ through }) => at(through.addedMs, 0.5)) },
  { name: 'guard: time added, p99, as the guard counts it', bar: 10, unit: 'ms', run: figure(({ through }) => at(through.addedMs, 0.99)) },
  { name: 'guard: processor time of a request (500 a second fit one core)', bar: 2, unit: 'ms', run: figure(({ cpuMs }) => cpuMs) },
];
