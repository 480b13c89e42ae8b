/** The product door of detections and their statistics. */
import { commonProblems } from '../../../contract/problem.ts';
import type { Severity } from '../../../contract/severity.ts';
import { audit } from '../../../platform/audit.ts';
import { handle, type Route } from '../../../platform/http/handle.ts';
import {
  type Detection,
  decideDetection,
  detectionProblems,
  getDetection,
  giveVerdict,
  listDetectionRows,
  listDetections,
  readThreatStatistics,
  type verdictWords,
} from '../contract.ts';
import { threatStatistics } from '../statistics/statistics.ts';
import type { DetectionRow } from '../table.ts';
import { toDetection, toSummary } from './detection.ts';
import { findDetection, findFlagged, listDetectionPage, listFlaggedPage, updateDetection } from './detection-store.ts';

const shownRows = 1000;
async function present(id: string): Promise<DetectionRow> {
  const row = await findDetection(id);
  if (row === null) throw detectionProblems.notFound({ id });
  return row;
}

type Decided = {
  readonly id: string;
  readonly version: number | undefined;
  readonly verdict?: (typeof verdictWords)[number] | null | undefined;
  readonly severity?: Severity | undefined;
  readonly reason: string;
  readonly by: string;
};
/** @throws adversarial-detection.notFound, request.conflict */
async function decide({ id, version: seen, verdict, severity, reason, by }: Decided): Promise<Detection> {
  const before = await present(id);
  const version = seen ?? before.version;
  if (before.version !== version) throw commonProblems.conflict({ expected: version, actual: before.version });
  const after = await updateDetection(id, version, {
    ...(verdict === undefined ? {} : { verdict }),
    ...(severity === undefined ? {} : { severity }),
    verdictReason: reason,
    verdictBy: by,
    verdictAt: new Date(),
  });
  if (after === null) throw commonProblems.conflict({ expected: version, actual: version + 1 });
  audit.subject({ type: 'detection', id });
  audit.change({
    before: { verdict: before.verdict, severity: before.severity },
    after: { verdict: after.verdict, severity: after.severity, reason },
  });
  return toDetection(after, await findFlagged(id, shownRows));
}

export const detectionRoutes: readonly Route[] = [
  handle(listDetections, async ({ cursor, limit, page, per_page, ...filter }) => {
    const found = await listDetectionPage(filter, { cursor, limit, page, per_page });
    return { ...found, items: found.items.map(toSummary) };
  }),
  handle(getDetection, async ({ id }) => toDetection(await present(id), await findFlagged(id, shownRows))),
  handle(listDetectionRows, async ({ id, ...paging }) => {
    await present(id);
    return listFlaggedPage(id, paging);
  }),
  handle(giveVerdict, ({ id, version, verdict, note }, { actor }) =>
    decide({ id, version, verdict: verdict === 'confirmed' ? 'confirmed' : 'false-positive', reason: note, by: actor.id }),
  ),
  handle(decideDetection, (decision, { actor }) => decide({ ...decision, by: actor.id })),
  handle(readThreatStatistics, ({ window }) => threatStatistics(window)),
];
