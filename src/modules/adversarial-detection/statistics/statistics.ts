/** Statistics of a window, put together from counts. */

import { isProblem } from '../../../contract/problem.ts';
import { severities } from '../../../contract/severity.ts';
import { clopperPearson } from '../../../math/binomial-interval.ts';
import { call } from '../../../platform/http/call.ts';
import { responseStatistics } from '../../incidents/contract.ts';
import { countBlocksInForce } from '../blocks/block-store.ts';
import { findConfiguration } from '../configuration/config-store.ts';
import { kinds, type ThreatStatistics, type windows } from '../contract.ts';
import { listProfilePage, liveCounts } from '../profiles/profile-store.ts';
import { countBlocks, countKinds, countOverTime, countScreened, countSeverities, type KindCount } from './statistics-store.ts';

type Window = (typeof windows)[number];
const hours: Readonly<Record<Window, number>> = { '24h': 24, '7d': 168, '30d': 720 };

export async function threatStatistics(window: Window): Promise<ThreatStatistics> {
  const since = new Date(Date.now() - hours[window] * 3_600_000);
  const [byKind, bySeverity, { response }] = [await countKinds(since), await countSeverities(since), await findConfiguration()];
  const block = await countBlocks(since, response.blockDeadlineMs);
  return {
    window,
    since: since.toISOString(),
    byKind: Object.fromEntries(
      kinds.map((kind) => [
        kind,
        {
          ...kindOf(byKind.find((row) => row.kind === kind)),
          bySeverity: Object.fromEntries(
            severities.map((severity) => [severity, bySeverity.find((row) => row.kind === kind && row.severity === severity)?.n ?? 0]),
          ),
        },
      ]),
    ) as ThreatStatistics['byKind'],
    overTime: await countOverTime(since, window === '24h' ? 'hour' : 'day'),
    screening: await countScreened(since),
    ...(await responsesOf(window, {
      requested: block.requested,
      inForce: block.in_force,
      failed: 0,
      metDeadline: block.met,
      latencyMs: latencyOf(block),
    })),
    calibration: await calibrations(),
    blocksInForce: await countBlocksInForce(),
  };
}

function latencyOf({ p50, p95, p99 }: { p50: number | null; p95: number | null; p99: number | null }) {
  return p50 === null || p95 === null || p99 === null ? null : { p50, p95, p99 };
}

function kindOf(row: KindCount | undefined) {
  const falsePositives = row?.false_positives ?? 0;
  const confirmed = row?.confirmed ?? 0;
  const judged = falsePositives + confirmed;
  const interval = judged === 0 ? null : clopperPearson(falsePositives, judged);
  return {
    analysed: row?.analysed ?? 0,
    threat: row?.threat ?? 0,
    noThreat: row?.no_threat ?? 0,
    insufficient: row?.insufficient ?? 0,
    latencyMs: row === undefined ? null : latencyOf(row),
    contested: {
      falsePositives,
      confirmed,
      falsePositiveShare: interval?.share ?? null,
      interval: interval === null ? null : ([interval.low, interval.high] as [number, number]),
    },
  };
}

type Response = ThreatStatistics['responses']['block'];
/** Blocks are this slice's; quarantine and escalation are told by incidents to those who may read them. */
async function responsesOf(
  window: Window,
  block: Response,
): Promise<Pick<ThreatStatistics, 'responses' | 'quarantined' | 'activeIncidents'>> {
  try {
    const told = await call(responseStatistics, { window });
    return {
      responses: { block, quarantine: told.responses.quarantine, escalate: told.responses.escalate },
      quarantined: told.quarantined,
      activeIncidents: told.activeIncidents,
    };
  } catch (error) {
    if (!isProblem(error)) throw error;
    return { responses: { block, quarantine: null, escalate: null }, quarantined: null, activeIncidents: null };
  }
}

async function calibrations(): Promise<ThreatStatistics['calibration']> {
  const { items } = await listProfilePage({ state: 'ready' }, { limit: 100 });
  const live = await liveCounts(items.map(({ id }) => id));
  return items.map((row) => {
    const counted = live.get(row.id);
    const screened = counted?.screened ?? 0;
    return {
      profileId: row.id,
      modelId: row.modelId,
      target: row.targetRate,
      observed: screened === 0 ? null : (counted?.flagged ?? 0) / screened,
      screened,
      stale: row.stale,
    };
  });
}
