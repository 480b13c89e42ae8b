/** Playbooks: reading, writing, trying, running. */
import { audit } from '../../../platform/audit.ts';
import { publish } from '../../../platform/events/publish.ts';
import { handle, type Route } from '../../../platform/http/handle.ts';
import { lockedIncident } from '../cases/incident.ts';
import * as contract from '../contract.ts';
import { dryRun } from './dry-run.ts';
import { detailOf, playbookHere, playbooksHere, shippedPlaybooks, toRows } from './library.ts';
import { checkText } from './playbook.ts';
import { deletePlaybook, lockPlaybook, runsOfIncident, writePlaybook } from './playbook-store.ts';
import { start, stopRun, toRun } from './run-playbook.ts';

const { playbookProblems: problems } = contract;

type Saving = { readonly enabled: boolean | undefined; readonly version: number | undefined; readonly by: string };
/** Another text does not switch it on or off. @throws incidents.playbookInvalid, .staleVersion */
async function save(key: string, text: string, { enabled: wanted, version, by }: Saving) {
  const { playbook, issues } = checkText(text);
  if (playbook === null) throw problems.playbookInvalid({ reason: wordsOf(issues[0]) });
  if (playbook.id !== key) throw problems.playbookInvalid({ reason: `its id is ${playbook.id}, and it is saved as ${key}.` });
  const known = await lockPlaybook(key);
  if (version !== undefined && version !== (known?.version ?? 0))
    throw contract.incidentProblems.staleVersion({ expected: version, actual: known?.version ?? 0 });
  const enabled = wanted ?? known?.enabled ?? true;
  await writePlaybook({ key, text, enabled, by });
  audit.subject({ type: 'playbook', id: key });
  audit.change({ ...(known === null ? {} : { before: { text: known.text, enabled: known.enabled } }), after: { text, enabled } });
  await written(key);
  return await detailOf(key);
}
function wordsOf(issue: contract.PlaybookCheck['issues'][number] | undefined): string {
  if (issue === undefined) return 'it cannot be read.';
  return `${issue.line === null ? '' : `line ${issue.line}: `}${issue.message}`;
}

const written = (key: string): Promise<void> => publish(contract.responseSettingsChanged, { what: 'playbook', id: key });

export const playbookRoutes: readonly Route[] = [
  handle(contract.listPlaybooks, async () => ({ items: await toRows(await playbooksHere()) })),
  handle(contract.getPlaybook, ({ key }) => detailOf(key)),
  handle(contract.checkPlaybook, ({ text }) => checkText(text)),
  handle(contract.savePlaybook, ({ key, text, enabled, version }, { actor }) => save(key, text, { enabled, version, by: actor.id })),
  handle(contract.switchPlaybook, async ({ key, enabled }, { actor }) => {
    await lockPlaybook(key);
    const { row } = await playbookHere(key);
    const before = { enabled: row?.enabled ?? true };
    // Said twice, as by a double click, it is one change.
    if (before.enabled !== enabled) await writePlaybook({ key, enabled, by: actor.id });
    audit.subject({ type: 'playbook', id: key });
    audit.change({ before, after: { enabled } });
    await written(key);
    return await detailOf(key);
  }),
  handle(contract.removePlaybook, async ({ key }) => {
    const removed = await deletePlaybook(key);
    if (!removed) throw shippedPlaybooks().has(key) ? problems.playbookShipped({ key }) : problems.playbookNotFound({ key });
    audit.subject({ type: 'playbook', id: key });
    await written(key);
    return { removed };
  }),
  handle(contract.dryRunPlaybook, ({ text, days }) => dryRun(text, days)),
  handle(contract.runPlaybook, async ({ id, key }) => {
    const incident = await lockedIncident(id);
    const { playbook } = await playbookHere(key);
    const run = await start(incident, playbook);
    if (run === null) throw problems.runEnded({ state: 'running' });
    audit.subject({ type: 'playbook-run', id: run.id });
    return await toRun(run);
  }),
  handle(contract.listRuns, async ({ id }) => ({ items: await Promise.all((await runsOfIncident(id)).map(toRun)) })),
  handle(contract.stopRun, async ({ id, runId, reason }) => toRun(await stopRun(id, runId, reason))),
];
