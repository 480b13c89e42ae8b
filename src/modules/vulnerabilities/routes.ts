/** The product door of vulnerabilities. */
import type { Context } from '../../contract/actor.ts';
import { severities } from '../../contract/severity.ts';
import { call } from '../../platform/http/call.ts';
import { fileAnswer, handle, type Route } from '../../platform/http/handle.ts';
import { enqueue } from '../../platform/jobs/jobs.ts';
import { explainPriority } from '../risk/contract.ts';
import * as contract from './contract.ts';
import { bulkJob } from './jobs.ts';
import { assigneeOf, batchAnswer, preview, readBatch, rowsAtOnce, runBatch, targetOf, undo } from './list/bulk.ts';
import { attachJob, findBatch, insertBatch, listBatchRowsAfter } from './list/bulk-store.ts';
import { exportRows } from './list/export.ts';
import { countRows, listRows } from './list/list-store.ts';
import { createByHand, planOfReplacement, plansOfPatch } from './recording/manual.ts';
import { readFixes, readStatistics } from './statistics-store.ts';
import { insertComment, listFindingRows, listHistoryRows } from './store.ts';
import { toFinding, toHistory, toVulnerability } from './view.ts';
import { planAssign } from './work/change.ts';
import { personToAssign } from './work/people.ts';
import { actingIn, carryOut, detailOf, lockExpected, planGrant, planPause, planTransition, requireRow } from './work/work.ts';

const { vulnerabilityProblems: problems } = contract;

function filterContext({ actor }: Context) {
  return { now: new Date(), userId: actor.kind === 'user' ? actor.id : null };
}

const reading: readonly Route[] = [
  handle(contract.listVulnerabilities, async ({ cursor, limit, page, per_page, sort, ...filter }, context) => {
    const answer = await listRows({ filter, sort, paging: { cursor, limit, page, per_page }, context: filterContext(context) });
    return { ...answer, items: answer.items.map(toVulnerability) };
  }),
  handle(contract.listVulnerabilitiesOfAsset, async ({ id, status, sort, cursor, limit, page, per_page }, context) => {
    const filter = { asset_id: id, ...(status === undefined ? {} : { status }) };
    const answer = await listRows({ filter, sort, paging: { cursor, limit, page, per_page }, context: filterContext(context) });
    return { ...answer, items: answer.items.map(toVulnerability) };
  }),
  handle(contract.countVulnerabilities, (filter, context) => countRows(filter, filterContext(context))),
  handle(contract.vulnerabilityStatistics, ({ days, ...filter }, context) => readStatistics({ filter, days, ...filterContext(context) })),
  handle(contract.getVulnerability, async ({ id }, { actor }) => detailOf(await requireRow(id), actor)),
  handle(contract.listFindingsOfVulnerability, async ({ id, ...paging }) => {
    await requireRow(id);
    const page = await listFindingRows(id, paging);
    return { ...page, items: page.items.map(toFinding) };
  }),
  handle(contract.listHistory, async ({ id, kind, ...paging }) => {
    await requireRow(id);
    const page = await listHistoryRows(id, kind, paging);
    return { ...page, items: page.items.map(toHistory) };
  }),
  handle(contract.explainVulnerability, async ({ id }) => {
    await requireRow(id);
    return call(explainPriority, { id });
  }),
  handle(
    contract.exportVulnerabilities,
    ({ format, sort, ...filter }, context) =>
      fileAnswer({
        name: `vulnerabilities-${new Date().toISOString().slice(0, 10)}.${format}`,
        mediaType: format === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson',
        body: exportRows({ filter, sort, format }, context),
      }),
    { transaction: 'none' },
  ),
  handle(contract.summariseFixes, async ({ fixKeys }) => ({
    fixes: (await readFixes(fixKeys)).map((row) => ({
      fixKey: row.fix_key,
      vulnerabilities: row.vulnerabilities,
      worstSeverity: severities[row.worst] ?? 'informational',
      earliestDueAt: row.due === null ? null : new Date(row.due).toISOString(),
      owners: row.owners ?? [],
      assignees: row.assignees ?? [],
      topVulnerabilityId: row.top_id,
      topTitle: row.top_title,
      // Written by this slice from the same list of words.
      topMark: row.top_mark as contract.FixSummary['topMark'],
      topUnknownFactors: row.top_unknown,
      assetNames: row.assets ?? [],
    })),
  })),
];

const writing: readonly Route[] = [
  handle(contract.createVulnerability, (draft, context) => createByHand(draft, context)),
  handle(contract.replaceVulnerability, async (replacement, context) => {
    const row = await lockExpected(replacement.id, replacement.version);
    const { author } = await actingIn(context);
    return carryOut(row, planOfReplacement(row, replacement), { author, context });
  }),
  handle(contract.changeVulnerability, async (patch, context) => {
    const row = await lockExpected(patch.id, patch.version);
    const { author } = await actingIn(context);
    return carryOut(row, await plansOfPatch(row, patch, context), { author, context });
  }),
  handle(contract.assignVulnerability, async ({ id, assignee_id, version }, context) => {
    const row = await lockExpected(id, version);
    const { author } = await actingIn(context);
    const person = await personToAssign(assignee_id, context);
    const plans = (person?.id ?? null) === row.assigneeId ? [] : [planAssign(row, person)];
    return carryOut(row, plans, { author, context });
  }),
  handle(contract.transitionVulnerability, async ({ id, version, ...transition }, context) => {
    const row = await lockExpected(id, version);
    const acting = await actingIn(context);
    return carryOut(row, [planTransition(row, transition, acting)], { author: acting.author, context });
  }),
  handle(contract.decideAcceptance, async ({ id, version, grant, note }, context) => {
    const row = await lockExpected(id, version);
    const acting = await actingIn(context);
    return carryOut(row, [planGrant(row, { grant, note }, acting)], { author: acting.author, context });
  }),
  handle(contract.holdVulnerability, async ({ id, version, hold }, context) => {
    const row = await lockExpected(id, version);
    const { author, now } = await actingIn(context);
    return carryOut(row, [planPause(row, hold, now)], { author, context });
  }),
  handle(contract.commentVulnerability, async ({ id, text }, context) => {
    await requireRow(id);
    const { author } = await actingIn(context);
    const { id: commentId, at } = await insertComment(id, text, author);
    return { id: commentId, at: at.toISOString() };
  }),
];

const bulk: readonly Route[] = [
  handle(contract.previewBulk, ({ action, ...asked }, context) => preview(targetOf(asked, context), action, context)),
  handle(contract.runBulk, async ({ action, ...asked }, context) => {
    const { author } = await actingIn(context);
    const assignee = await assigneeOf(action, context);
    const actor = { id: context.actor.id, role: context.actor.role, author, assignee };
    const batch = await insertBatch({ action, actor }, targetOf(asked, context));
    if (batch.matched <= rowsAtOnce) {
      await runBatch(readBatch(batch), { context });
      return batchAnswer(batch.id);
    }
    const jobId = await enqueue(
      bulkJob,
      { batchId: batch.id },
      { title: `Change ${batch.matched} vulnerabilities`, subject: { type: 'batch', id: batch.id } },
    );
    await attachJob(batch.id, jobId);
    return batchAnswer(batch.id);
  }),
  handle(contract.getBatch, ({ batch }) => batchAnswer(batch)),
  handle(contract.listBatchRows, async ({ batch, cursor, limit, per_page }) => {
    const known = await findBatch(batch);
    if (known === null) throw problems.batchNotFound({ id: batch });
    const most = per_page ?? limit;
    const rows = await listBatchRowsAfter(batch, cursor, most + 1);
    const items = rows
      .slice(0, most)
      .map(({ number, outcome, ...rest }) => ({ ...rest, number: `VUL-${number}`, outcome: outcome as 'changed' }));
    return {
      items,
      nextCursor: rows.length > most ? (items.at(-1)?.vulnerabilityId ?? null) : null,
      total: known.matched,
      totalIsEstimate: false,
    };
  }),
  handle(contract.undoBatch, ({ batch }, context) => undo(batch, context)),
];

export const routes: readonly Route[] = [...reading, ...writing, ...bulk];
