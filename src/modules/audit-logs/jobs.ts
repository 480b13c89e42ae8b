/** Background work of the audit log. */
import { exportJob } from './export/export-log.ts';
import { retentionJob } from './retention/retention-job.ts';
import { verificationJob } from './schedule/verification-job.ts';

export const jobs = [exportJob, retentionJob, verificationJob];
