/** Background work: assessments, the clock of monitors, tables that changed, messages about alerts, the retention run. */
import { z } from 'zod';
import { transaction } from '../../platform/database/database.ts';
import { on } from '../../platform/events/subscribe.ts';
import { defineJob } from '../../platform/jobs/jobs.ts';
import { assetChanged } from '../ai-assets/contract.ts';
import { tellChanged } from './alerts/alert.ts';
import { endMutes } from './alerts/alert-store.ts';
import { sendAlert } from './alerts/send-alert.ts';
import { assessmentJob } from './assessments/assessment-job.ts';
import { baselineJob } from './baselines/baseline-job.ts';
import { dataAlertRaised, tableArrived } from './contract.ts';
import { isContentChange, startChanged, tableChanged } from './monitors/changed-table.ts';
import { giveUpSilent, startDue } from './monitors/monitor.ts';
import { cleanUpJob } from './retention/retention.ts';

export const clockJob = defineJob({
  kind: 'data-quality.clock',
  title: 'Start monitors that are due, give up runs that died, end mutes',
  input: z.object({}),
  schedule: '* * * * *',
  transient: true,
  run: async (_input, job) => {
    const now = new Date();
    const started = await startDue(job.context, now);
    const changed = await startChanged(job.context);
    const givenUp = await giveUpSilent(job.context, now);
    const unmuted = await transaction(job.context, async () => {
      const rows = await endMutes(now);
      for (const row of rows) await tellChanged(row);
      return rows.length;
    });
    return { started, changed, givenUp, unmuted };
  },
});

export const jobs = [assessmentJob, baselineJob, clockJob, cleanUpJob];

export const subscriptions = [
  on(assetChanged, 'data-quality.changes', async ({ assetId, type, fields }, _event, context) => {
    if (type === 'dataset' && isContentChange(fields)) await tableChanged(assetId, null, context);
  }),
  on(tableArrived, 'data-quality.changes', async ({ assetId, uploadId }, _event, context) => {
    await tableChanged(assetId, { upload: uploadId }, context);
  }),
  // Apart: a message that cannot be sent holds up no run.
  on(dataAlertRaised, 'data-quality.messages', async (news, event) => void (await sendAlert(news, event))),
];
