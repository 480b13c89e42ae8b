/** A guard as the contract shows it, and its counts added up. */
import { profileStates } from '../screening/evasion-contract.ts';
import { type Guard, type GuardLatency, GuardMapping, type GuardTraffic } from './guard-contract.ts';
import type { GuardWithProfile, HourOfGuard } from './guard-store.ts';
import { addedClasses, addedQuantile, countedKinds } from './traffic-count.ts';

export function trafficOf(hours: readonly HourOfGuard[]): GuardTraffic {
  const sums = countedKinds.map((kind) => [kind, hours.reduce((sum, hour) => sum + hour[kind], 0)] as const);
  return Object.fromEntries(sums) as GuardTraffic;
}

export function addedOf(hours: readonly HourOfGuard[]): GuardLatency | null {
  const buckets = new Array<number>(addedClasses).fill(0);
  for (const { addedBuckets } of hours) for (const [place, n] of addedBuckets.entries()) buckets[place] = (buckets[place] ?? 0) + n;
  const [p50Ms, p99Ms] = [addedQuantile(buckets, 0.5), addedQuantile(buckets, 0.99)];
  if (p50Ms === undefined || p99Ms === undefined) return null;
  const requests = buckets.reduce((sum, n) => sum + n, 0);
  return { meanMs: hours.reduce((sum, { addedMs }) => sum + addedMs, 0) / requests, p50Ms, p99Ms };
}

export function toGuard(row: GuardWithProfile, lastDay: readonly HourOfGuard[]): Guard {
  const { createdAt, changedAt, profileState, mapping, ...rest } = row;
  return {
    ...rest,
    mapping: GuardMapping.parse(mapping),
    profileState: profileStates.find((state) => state === profileState) ?? 'failed',
    createdAt: createdAt.toISOString(),
    changedAt: changedAt.toISOString(),
    lastDay: { ...trafficOf(lastDay), added: addedOf(lastDay) },
  };
}
