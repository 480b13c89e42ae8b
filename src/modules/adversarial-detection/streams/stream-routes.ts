/** The product door of query streams. */
import { audit } from '../../../platform/audit.ts';
import { transaction } from '../../../platform/database/database.ts';
import { handle, type Route } from '../../../platform/http/handle.ts';
import { assetOfModel } from '../profiles/profile.ts';
import { recordJudgement, targetRateOf } from '../screening/record-judgement.ts';
import { streamOf } from './detector.ts';
import { judgeStream } from './judge-stream.ts';
import { referenceOf } from './profile-reference.ts';
import { joinRing, sketchBytes } from './sketch.ts';
import { analyzeExtraction, listStreams, sendTraffic } from './stream-contract.ts';
import { benignHistory, listStreamPage } from './stream-store.ts';
import { countHours, dimensionsOf, sketchOf, takeTraffic } from './take-traffic.ts';

export const streamRoutes: readonly Route[] = [
  handle(sendTraffic, ({ modelId, events }, context) => takeTraffic(modelId, events, { context }), { transaction: 'none' }),
  handle(
    analyzeExtraction,
    async (asked, context) => {
      const receivedAtMs = performance.now();
      const { queryId, modelId, clientId = null, events, dryRun } = asked;
      dimensionsOf(0, events);
      const detection = await transaction(context, async () => {
        const targetRate = await targetRateOf('extraction');
        const reference = await referenceOf(modelId);
        // As the ring would hold them: the newest 512, each id once.
        const { ring } = joinRing(
          [],
          events.map((event) => sketchOf(event, reference)),
        );
        const history = await benignHistory(modelId, clientId);
        const stream = streamOf(ring, { hours: countHours([], ring, ring.length), typical: history.typical ?? reference?.typical ?? null });
        const { readings: _readings, exceeded: _exceeded, ...judgement } = judgeStream(stream, history, { targetRate, modelId, clientId });
        const subject = { queryId, modelId, ...(clientId === null ? {} : { clientId }), assetId: await assetOfModel(modelId) };
        return recordJudgement(judgement, { kind: 'extraction', subject, asked, dryRun, receivedAtMs });
      });
      audit.subject({ type: 'detection', id: detection.id });
      return detection;
    },
    { transaction: 'none' },
  ),
  handle(listStreams, async ({ cursor, limit, page, per_page, ...filter }) => {
    const found = await listStreamPage(filter, { cursor, limit, page, per_page });
    return {
      ...found,
      items: found.items.map(({ ring, firstAt, lastAt, detectedAt, hours: _hours, dimensions: _d, lookedAtSeen: _l, ...row }) => ({
        ...row,
        kept: Math.floor(ring.length / sketchBytes),
        firstAt: firstAt.toISOString(),
        lastAt: lastAt.toISOString(),
        detectedAt: detectedAt?.toISOString() ?? null,
      })),
    };
  }),
];
