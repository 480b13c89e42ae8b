/** The product door of assessments: asking for them, and what they found. */
import { isProblem } from '../../../contract/problem.ts';
import { audit } from '../../../platform/audit.ts';
import { call } from '../../../platform/http/call.ts';
import { fileAnswer, handle, type Route } from '../../../platform/http/handle.ts';
import { findJob, requestCancel } from '../../../platform/jobs/job-store.ts';
import { getAsset } from '../../ai-assets/contract.ts';
import {
  type Assessment,
  anomaliesNow,
  assessmentProblems,
  assessNow,
  cancelAssessment,
  driftNow,
  exportFailingRows,
  getAssessment,
  getDataJob,
  getProfile,
  listAssessments,
  listFailingRows,
  poisoningNow,
  readRuleRows,
} from '../contract.ts';
import { rowsAsCsv } from '../csv.ts';
import { maskedColumns, maskedResult, seesValues } from '../masking.ts';
import { readRowsOfRule } from '../rules/rule-rows.ts';
import { askNow } from './ask-now.ts';
import { findAssessment, findByJob, findLatest, findPlanned, listAssessmentRows } from './assessment-store.ts';
import { allRows, findCounted, findProfileOf, findResult, listRows } from './result-store.ts';
import { settleFailure } from './run-assessment.ts';

const own = { transaction: 'none' } as const;

async function assessmentOrRefuse(id: string): Promise<Assessment> {
  const found = await findAssessment(id);
  if (found === null) throw assessmentProblems.assessmentNotFound({ id });
  return found;
}

function noted(assessment: Assessment): Assessment {
  audit.subject({ type: 'data-quality-assessment', id: assessment.id });
  return assessment;
}

const asking: readonly Route[] = [
  handle(assessNow, async (wish, context) => noted(await askNow(wish, context)), own),
  handle(
    driftNow,
    async ({ baselineId, ...wish }, context) => noted(await askNow({ ...wish, baselineId, checks: ['drift'], mustCompare: true }, context)),
    own,
  ),
  handle(anomaliesNow, async (wish, context) => noted(await askNow({ ...wish, checks: ['anomalies'] }, context)), own),
  handle(poisoningNow, async (wish, context) => noted(await askNow({ ...wish, checks: ['poisoning'] }, context)), own),
];

const reading: readonly Route[] = [
  handle(listAssessments, ({ cursor, limit, page, per_page, ...filter }) => listAssessmentRows(filter, { cursor, limit, page, per_page })),
  handle(getAssessment, async ({ id }, { actor }) => {
    const assessment = await assessmentOrRefuse(id);
    const options = (await findPlanned(id))?.options ?? null;
    const result = (await findResult(id)) ?? nothingYet;
    const shown = seesValues(actor) ? result : maskedResult(result);
    return { ...assessment, options, ...shown, valuesMasked: !seesValues(actor) };
  }),
  handle(listFailingRows, async ({ id, kind, check, column, ...paging }) => {
    await assessmentOrRefuse(id);
    return { ...(await listRows({ id, kind, check, column }, paging)), counted: await findCounted(id) };
  }),
  handle(readRuleRows, (asked, context) => readRowsOfRule(asked, context), own),
  handle(exportFailingRows, async ({ id, format, ...filter }) => {
    const { datasetName } = await assessmentOrRefuse(id);
    const rows = await allRows({ id, ...filter });
    const name = `${datasetName.replaceAll(/[^\p{L}\p{N}._-]+/gu, '-').slice(0, 60)}-failing-rows.${format}`;
    return format === 'csv'
      ? fileAnswer({ name, mediaType: 'text/csv; charset=utf-8', body: once(rowsAsCsv(rows)) })
      : fileAnswer({ name, mediaType: 'application/json', body: once(JSON.stringify(rows)) });
  }),
  handle(getProfile, async ({ assetId, environment, assessment_id }, { actor }) => {
    await call(getAsset, { id: assetId });
    const assessment =
      assessment_id === undefined ? await findLatest(assetId, { environment, withProfile: true }) : await assessmentOrRefuse(assessment_id);
    const profile = assessment === null || assessment.assetId !== assetId ? null : await findProfileOf(assessment.id);
    if (assessment === null || profile === null) throw assessmentProblems.noProfile();
    return {
      assessmentId: assessment.id,
      assetId,
      datasetName: assessment.datasetName,
      environment: assessment.environment,
      at: assessment.finishedAt ?? assessment.createdAt,
      rows: assessment.rows ?? 0,
      columns: seesValues(actor) ? profile.columns : maskedColumns(profile.columns),
      columnsLeftOut: profile.columnsLeftOut,
      valuesMasked: !seesValues(actor),
    };
  }),
  handle(getDataJob, async ({ id }) => {
    const job = await findJob(id);
    if (job === null || !job.kind.startsWith('data-quality.')) throw assessmentProblems.jobNotFound({ id });
    return { ...job, assessmentId: (await findByJob(id))?.id ?? null };
  }),
  handle(cancelAssessment, ({ id }) => cancelOne(id)),
];

/** A run that works notices within seconds; one that waits ends at once. */
async function cancelOne(id: string): Promise<Assessment> {
  const before = await assessmentOrRefuse(id);
  if (before.state !== 'queued' && before.state !== 'running') throw assessmentProblems.assessmentEnded({ state: before.state });
  if (before.jobId !== null) {
    await requestCancel(before.jobId).catch((error: unknown) => {
      // The job has just ended: its assessment is ended below all the same.
      if (!isProblem(error)) throw error;
    });
  }
  const planned = await findPlanned(id);
  if (planned !== null) await settleFailure(planned, null, 'cancelled');
  noted(before);
  return assessmentOrRefuse(id);
}

const nothingYet = {
  engineVersion: '',
  ingest: null,
  quality: null,
  rules: null,
  drift: null,
  anomalies: null,
  poisoning: null,
  groups: null,
  notRun: [],
  columnsLeftOut: 0,
};

async function* once(text: string): AsyncGenerator<string> {
  yield text;
}

export const assessmentRoutes: readonly Route[] = [...asking, ...reading];
