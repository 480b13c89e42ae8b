/** The product door of the audit log: reading, proving, exporting. */
import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import type { Context } from '../../contract/actor.ts';
import type { ParsedInputOf } from '../../contract/endpoint.ts';
import { audit } from '../../platform/audit.ts';
import { transaction } from '../../platform/database/database.ts';
import { fileAnswer, handle, type Route } from '../../platform/http/handle.ts';
import { findJob } from '../../platform/jobs/job-store.ts';
import { enqueue } from '../../platform/jobs/jobs.ts';
import { auditActions } from './actions/actions.generated.ts';
import { forgetAnchorStates } from './anchors/anchor-state.ts';
import { acknowledgeEpoch } from './anchors/epoch-store.ts';
import { placesAnswer } from './anchors/standing.ts';
import { tryOne } from './anchors/try-place.ts';
import {
  acknowledgeRollback,
  auditLogProblems,
  consistencyProof,
  exportAuditLog,
  getAuditLog,
  inclusionProof,
  latestCheckpoint,
  listAuditActions,
  listAuditLogs,
  listCheckpoints,
  listKeys,
  listPlaces,
  listVerifications,
  readExport,
  rotateKey,
  startVerification,
  tryPlace,
  verifyAuditLog,
} from './contract.ts';
import { exportJob, fileOfExport } from './export/export-log.ts';
import { readEntry, readLog } from './reading/reading.ts';
import { keepingRoutes } from './retention/keeping-routes.ts';
import { readRuns } from './schedule/run-store.ts';
import { verificationJob } from './schedule/verification-job.ts';
import { checkpoints, latestCheckpoint as latest, proveConsistency, proveInclusion, signingKeys } from './tree/proving.ts';
import { rotateSigningKey } from './tree/signing-key.ts';
import { verifyLog } from './verifying/verify.ts';

export const routes: readonly Route[] = [
  handle(listAuditLogs, readLog, { transaction: 'none' }),
  handle(listAuditActions, () => ({ actions: auditActions.map(([action, sentence]) => ({ action, sentence })) })),
  handle(verifyAuditLog, verifyLog, { transaction: 'none' }),
  handle(listVerifications, async () => ({ runs: await readRuns() })),
  handle(startVerification, async (input) => ({ jobId: await enqueue(verificationJob, input) })),
  handle(listCheckpoints, checkpoints),
  handle(latestCheckpoint, latest),
  handle(listPlaces, placesAnswer),
  handle(tryPlace, ({ name }, context) => tryOne(name, context), { transaction: 'none' }),
  handle(listKeys, signingKeys),
  handle(rotateKey, () => rotateSigningKey(), { transaction: 'none' }),
  handle(acknowledgeRollback, acknowledge),
  handle(inclusionProof, proveInclusion),
  handle(consistencyProof, proveConsistency),
  handle(exportAuditLog, async (input) => ({ jobId: await enqueue(exportJob, input) })),
  handle(readExport, ({ id }, context) => sendExport(id, context), { transaction: 'none' }),
  ...keepingRoutes,
  handle(getAuditLog, ({ id }, context) => readEntry(id, context), { transaction: 'none' }),
];

async function acknowledge({ number, words }: ParsedInputOf<typeof acknowledgeRollback>) {
  if (!(await acknowledgeEpoch(number, words))) throw auditLogProblems.noEpoch({ number });
  audit.subject({ type: 'audit-logs', id: `epoch-${number}` });
  audit.change({ after: { epoch: number, words } });
  forgetAnchorStates();
  return { number };
}

/** The job belongs to a workspace, so its file does too. */
async function sendExport(id: string, context: Context) {
  const job = await transaction(context, () => findJob(id), { readOnly: true });
  const path = fileOfExport(id);
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  if (job?.kind !== exportJob.kind || job.state !== 'done' || !isThere) throw auditLogProblems.noExport({ id });
  return fileAnswer({ name: `audit-log-${id.slice(0, 8)}.tar`, mediaType: 'application/x-tar', body: createReadStream(path) });
}
