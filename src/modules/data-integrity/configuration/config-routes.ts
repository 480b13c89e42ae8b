/** The product door of the configuration and of the retention run. */
import { commonProblems } from '../../../contract/problem.ts';
import { audit } from '../../../platform/audit.ts';
import { handle, type Route } from '../../../platform/http/handle.ts';
import { enqueue } from '../../../platform/jobs/jobs.ts';
import { changeConfig, cleanUp, DataConfig, type KeptConfig, readConfig } from '../contract.ts';
import { cleanUpJob } from '../retention/retention.ts';
import { findConfig, insertConfig } from './config-store.ts';

const bodyOf = ({ version: _version, changedBy: _by, changedAt: _at, ...body }: KeptConfig): DataConfig => body;

export const configRoutes: readonly Route[] = [
  handle(readConfig, () => findConfig()),
  handle(changeConfig, async ({ version, alertThresholds, ...change }, { actor }) => {
    const before = await findConfig();
    if (version !== undefined && version !== before.version) throw commonProblems.conflict({ expected: version, actual: before.version });
    const body = DataConfig.parse({
      ...bodyOf(before),
      ...Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)),
      alertThresholds: { ...before.alertThresholds, ...alertThresholds },
    });
    const next = before.version + 1;
    if (!(await insertConfig(next, body, actor.id))) throw commonProblems.conflict({ expected: before.version, actual: next });
    audit.subject({ type: 'data-quality-config', id: String(next) });
    audit.change({ before: bodyOf(before), after: body });
    return findConfig();
  }),
  handle(cleanUp, async () => ({ jobId: await enqueue(cleanUpJob, {}, { subject: { type: 'data-quality', id: 'cleanup' } }) })),
];
