/** The product door of detections and their statistics. */
import { commonProblems } from '../../../contract/problem.ts';
import { audit } from '../../../platform/audit.ts';
import { handle, type Route } from '../../../platform/http/handle.ts';
import { decideDetection, detectionProblems, getDetection, listDetectionRows, listDetections, readThreatStatistics } from '../contract.ts';
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
  handle(decideDetection, async ({ id, version, verdict, severity, reason }, { actor }) => {
    const before = await present(id);
    if (before.version !== version) throw commonProblems.conflict({ expected: version, actual: before.version });
    const after = await updateDetection(id, version, {
      ...(verdict === undefined ? {} : { verdict }),
      ...(severity === undefined ? {} : { severity }),
      verdictReason: reason,
      verdictBy: actor.id,
      verdictAt: new Date(),
    });
    if (after === null) throw commonProblems.conflict({ expected: version, actual: version + 1 });
    audit.subject({ type: 'detection', id });
    audit.change({
      before: { verdict: before.verdict, severity: before.severity },
      after: { verdict: after.verdict, severity: after.severity, reason },
    });
    return toDetection(after, await findFlagged(id, shownRows));
  }),
  handle(readThreatStatistics, ({ window }) => threatStatistics(window)),
];
