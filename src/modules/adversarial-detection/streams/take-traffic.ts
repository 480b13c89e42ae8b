/** Traffic comes in: sketches into each client's ring, then a look at those that asked enough since the last one. */
import { setImmediate } from 'node:timers/promises';
import type { Context } from '../../../contract/actor.ts';
import { transaction } from '../../../platform/database/database.ts';
import { assetOfModel } from '../profiles/profile.ts';
import { recordJudgement, targetRateOf } from '../screening/record-judgement.ts';
import { streamOf, typicalOf } from './detector.ts';
import { judgeStream } from './judge-stream.ts';
import { farMarkOf, type ProfileReference, referenceOf } from './profile-reference.ts';
import { hashOfAnswer, hashOfId, joinRing, packRing, projectionsOf, quantised, type Sketch, unpackRing } from './sketch.ts';
import type { TrafficEvent } from './stream-contract.ts';
import { streamProblems } from './stream-problems.ts';
import { benignHistory, changeStream, evictIdle, lockStream, lockStreams } from './stream-store.ts';
import type { StreamRow } from './stream-table.ts';

type Event = Omit<TrafficEvent, 'clientId'>;
export type Taken = {
  readonly accepted: number;
  readonly duplicates: number;
  readonly dropped: number;
  readonly evictedStreams: number;
  readonly detections: string[];
};

/** New queries after which a client is looked at again. */
const lookEvery = 50;

/**
 * @param shadow what is detected is recorded and told, and nothing is blocked.
 * @throws adversarial-detection.streamShape when a client's inputs change their length
 */
export async function takeTraffic(
  modelId: string,
  events: readonly TrafficEvent[],
  { context, shadow = false }: { readonly context: Context; readonly shadow?: boolean },
): Promise<Taken> {
  const reference = await transaction(context, () => referenceOf(modelId), { readOnly: true });
  const sketched = await sketchAll(events, reference);
  const { counted, due } = await transaction(context, () => store(modelId, events, sketched));
  const detections: string[] = [];
  for (const id of due) {
    const detectionId = await transaction(context, () => look(id, shadow));
    if (detectionId !== null) detections.push(detectionId);
  }
  return { ...counted, detections };
}

/** Sketches made in one go: about half a millisecond, in which nothing else is answered. */
const sketchedAtOnce = 16;

async function sketchAll(events: readonly TrafficEvent[], reference: ProfileReference | null): Promise<ReadonlyMap<TrafficEvent, Sketch>> {
  const sketched = new Map<TrafficEvent, Sketch>();
  for (const [place, event] of events.entries()) {
    if (place % sketchedAtOnce === sketchedAtOnce - 1) await setImmediate();
    sketched.set(event, sketchOf(event, reference));
  }
  return sketched;
}

async function store(modelId: string, events: readonly TrafficEvent[], sketched: ReadonlyMap<TrafficEvent, Sketch>) {
  const byClient = Map.groupBy(events, ({ clientId }) => clientId);
  const rows = await lockStreams(modelId, [...byClient.keys()]);
  const counted = { accepted: 0, duplicates: 0, dropped: 0 };
  const due: string[] = [];
  for (const row of rows) {
    const given = byClient.get(row.clientId) ?? [];
    const dimensions = dimensionsOf(row.dimensions, given);
    const joined = joinRing(
      unpackRing(row.ring),
      given.flatMap((event) => sketched.get(event) ?? []),
    );
    const seen = row.seen + joined.added;
    await changeStream(row.id, {
      dimensions,
      ring: packRing(joined.ring),
      seen,
      dropped: row.dropped + joined.dropped,
      hours: countHours(row.hours, joined.ring.slice(-joined.added), joined.added),
      lastAt: new Date(),
    });
    counted.accepted += joined.added;
    counted.duplicates += joined.duplicates;
    counted.dropped += joined.dropped;
    if (seen - row.lookedAtSeen >= lookEvery) due.push(row.id);
  }
  return { counted: { ...counted, evictedStreams: await evictIdle(modelId) }, due };
}

export function dimensionsOf(before: number, events: readonly Event[]): number {
  let dimensions = before;
  for (const { features } of events) {
    if (features === undefined) continue;
    if (dimensions !== 0 && features.length !== dimensions)
      throw streamProblems.streamShape({ got: features.length, expected: dimensions });
    dimensions = features.length;
  }
  return dimensions;
}

export function sketchOf({ id, at, features, sketch, prediction, confidence }: Event, reference: ProfileReference | null): Sketch {
  const made =
    features === undefined
      ? { bits: BigInt(`0x${sketch?.bits ?? '0'}`), components: Float64Array.from(sketch?.components ?? [], quantised) }
      : projectionsOf(features);
  const far = features === undefined ? 'unknown' : farMarkOf(made, features.length, reference);
  return { idHash: hashOfId(id), at: Date.parse(at), ...made, answer: hashOfAnswer(prediction), confidence: confidence ?? null, far };
}

const hourMs = 3_600_000;
const mostHours = 24 * 21;

/** By the time of the events; hours that are older than three weeks go. */
export function countHours(before: StreamRow['hours'], fresh: readonly Sketch[], added: number): StreamRow['hours'] {
  if (added === 0) return before;
  const counts = new Map(before);
  for (const { at } of fresh) {
    const hour = Math.floor(at / hourMs);
    counts.set(hour, (counts.get(hour) ?? 0) + 1);
  }
  return [...counts].toSorted(([a], [b]) => a - b).slice(-mostHours);
}

/** The same detectors speaking again within an hour are the same detection. */
const quietMs = 3_600_000;

/** @returns the id of a new detection. */
async function look(id: string, shadow: boolean): Promise<string | null> {
  const receivedAtMs = performance.now();
  const row = await lockStream(id);
  if (row === null || row.seen - row.lookedAtSeen < lookEvery) return null;
  const { modelId, clientId } = row;
  const targetRate = await targetRateOf('extraction');
  const history = await benignHistory(modelId, clientId);
  const typicalOfOthers = history.typical ?? (await referenceOf(modelId))?.typical ?? null;
  // Three steps of a few milliseconds each: requests through a guard are answered between them.
  await setImmediate();
  const ring = unpackRing(row.ring);
  await setImmediate();
  const stream = streamOf(ring, { hours: row.hours, typical: typicalOfOthers });
  await setImmediate();
  const judged = judgeStream(stream, history, { targetRate, modelId, clientId });
  const { readings, exceeded, ...judgement } = judged;
  const isNews =
    exceeded.some((one) => !row.detected.includes(one)) || row.detectedAt === null || Date.now() - row.detectedAt.getTime() > quietMs;
  const isThreat = judgement.decision === 'threat';
  const detected = isThreat ? exceeded : [];
  await changeStream(id, {
    readings: { ...readings, typical: typicalOf(stream.pairs, ring.length) },
    lookedAtSeen: row.seen,
    detected: [...detected],
    ...(isThreat && isNews ? { detectedAt: new Date() } : {}),
  });
  if (!isThreat || !isNews) return null;
  const subject = { modelId, clientId, assetId: await assetOfModel(modelId) };
  const asked = { modelId, clientId, seen: row.seen, ring: row.ring.toString('base64') };
  const recording = { kind: 'extraction' as const, subject, asked, dryRun: false, shadow, source: 'stream' as const, receivedAtMs };
  const detection = await recordJudgement(judgement, recording);
  return detection.id;
}
