/** What advisories say about stored components becomes vulnerabilities; what they say no more is closed. */
import type { Context } from '../../../contract/actor.ts';
import type { Severity } from '../../../contract/severity.ts';
import { transaction } from '../../../platform/database/database.ts';
import { call } from '../../../platform/http/call.ts';
import { type AdvisoryMatch, listMatches } from '../../advisories/contract.ts';
import type { Author } from '../store.ts';
import { componentOf } from './finding-key.ts';
import { AssetBook, nothingRecorded, type Recorded, type Reported, record } from './record.ts';
import { endMissing } from './record-scan.ts';
import { lockRecording, type Run, readUnseen } from './record-store.ts';

const source = 'advisories';
const pageRows = 500;
const firstId = '00000000-0000-0000-0000-000000000000';
const author: Author = { kind: 'system', id: source, name: 'Comparison with advisories' };
const goneWhy = 'No advisory speaks about this component any more: it was upgraded or removed, or the advisory changed.';

export type AdvisoryRun = { readonly runId: string /** null: all components. */; readonly root: string | null };
export type AdvisoryRecord = Recorded & { readonly gone: number; readonly resolved: number };

/** Safe to run again. Opens its own transactions. */
export async function recordAdvisories(
  { runId, root }: AdvisoryRun,
  { context, now = new Date(), progress = () => {} }: { context: Context; now?: Date; progress?: (done: number, total: number) => void },
): Promise<AdvisoryRecord> {
  // Every look is a run of its own: the same scan may be compared again with newer advisories.
  const run: Run = { runId: `${runId}/${now.getTime()}`, source, startedAt: now, seenAt: now };
  let sum: Recorded = nothingRecorded;
  let cursor: string | undefined;
  const assets = new AssetBook();
  do {
    const page = await transaction(context, () => call(listMatches, asked(root, cursor)), { readOnly: true });
    const reported = page.items.flatMap(reportedOf);
    const batch = await transaction(context, () => record(reported, { run, author, assets }));
    sum = added(sum, { ...batch, read: page.items.length, rejected: batch.rejected + page.items.length - reported.length });
    progress(sum.read, Math.max(page.total, sum.read));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined && !context.signal.aborted);
  if (context.signal.aborted) return { ...sum, gone: 0, resolved: 0 };
  return { ...sum, ...(await endUnseen(run, root, context)) };
}

function asked(root: string | null, cursor: string | undefined) {
  return {
    limit: pageRows,
    state: 'affected,possible',
    ...(root === null ? {} : { under: root }),
    ...(cursor === undefined ? {} : { cursor }),
  };
}

function added(sum: Recorded, batch: Recorded): Recorded {
  return {
    read: sum.read + batch.read,
    opened: sum.opened + batch.opened,
    reopened: sum.reopened + batch.reopened,
    changed: sum.changed + batch.changed,
    unchanged: sum.unchanged + batch.unchanged,
    rejected: sum.rejected + batch.rejected,
  };
}

async function endUnseen(run: Run, root: string | null, context: Context): Promise<{ gone: number; resolved: number }> {
  let after = firstId;
  let gone = 0;
  let resolved = 0;
  for (;;) {
    const step = await transaction(context, async () => {
      await lockRecording();
      const missing = await readUnseen(run, root, { after, most: pageRows });
      return { last: missing.at(-1)?.id, gone: missing.length, resolved: await endMissing(missing, { run, author, why: goneWhy }) };
    });
    gone += step.gone;
    resolved += step.resolved;
    if (step.last === undefined || context.signal.aborted) return { gone, resolved };
    after = step.last;
  }
}

/** Nobody's component cannot have a vulnerability: it is counted as rejected. */
function reportedOf(match: AdvisoryMatch): Reported[] {
  if (match.assetId === null) return [];
  const severity = severityOf(match);
  const cveId = match.ids.find((id) => id.startsWith('CVE-')) ?? null;
  return [
    {
      assetId: match.assetId,
      source,
      ruleId: match.advisoryId,
      title: titleOf(match),
      severity,
      axis: match.malicious ? 'effect' : 'posture',
      effect: match.malicious ? 'exec' : null,
      certainty: match.state === 'affected' ? 'proved' : 'possible',
      why: whyOf(match),
      component: componentOf({ purl: match.purl, rule: match.advisoryId }),
      location: match.path,
      locationClass: match.path,
      path: match.path,
      place: match.place,
      evidence: `${match.purl}${match.requirement === null ? '' : ` ${match.requirement}`}`.slice(0, 4000),
      references: [...new Set([match.advisoryId, ...match.ids, ...match.cwes])].slice(0, 40),
      remedy: remedyOf(match),
      mark: 'imported',
      malicious: match.malicious && match.state === 'affected',
      advisory: { ids: match.ids, cveId, cvssScore: match.cvssScore, cvssVector: match.cvssVector, kev: match.kev, epss: match.epss },
    },
  ];
}

/** An advisory without score and word is taken as medium until someone rates it; what is only possible is one step milder. */
function severityOf({ severity, state }: AdvisoryMatch): Severity {
  const order: readonly Severity[] = ['critical', 'high', 'medium', 'low', 'informational'];
  const known = severity ?? 'medium';
  return state === 'affected' ? known : (order[Math.min(order.indexOf(known) + 1, 3)] ?? known);
}

function titleOf({ name, version, advisoryId, summary, malicious, state }: AdvisoryMatch): string {
  const what = `${name}${version === null ? '' : ` ${version}`}`;
  const says = summary === '' ? '' : `: ${summary}`;
  const verb = state === 'possible' ? 'may be affected by' : malicious ? 'is a malicious package,' : 'is affected by';
  return `${what} ${verb} ${advisoryId}${says}`.slice(0, 300);
}

function whyOf(match: AdvisoryMatch): string {
  const { advisoryId, ids, name, version, requirement, state, cvssScore, severity } = match;
  const others = ids.filter((id) => id !== advisoryId);
  const lines = [
    state === 'affected'
      ? `${advisoryId} affects ${version === null ? `every version of ${name} that "${requirement ?? 'any version'}" allows` : `${name} ${version}`}.`
      : `${advisoryId} affects the newest version of ${name} that "${requirement ?? 'any version'}" allows; no lock file says which version is used.`,
    others.length === 0 ? '' : `Also known as ${others.slice(0, 10).join(', ')}.`,
    cvssScore === null && severity === null ? 'The advisory gives no severity: taken as medium.' : '',
    match.kev === true
      ? `It is known to be exploited${match.ransomware === true ? ', also in ransomware campaigns' : ''}${match.kevDue === null ? '' : `; KEV due date ${match.kevDue}`}.`
      : '',
    match.epss === null
      ? ''
      : `EPSS ${(match.epss * 100).toFixed(1)} %${match.epssPercentile === null ? '' : `, higher than ${(match.epssPercentile * 100).toFixed(0)} % of all`}${match.epssDate === null ? '' : ` (${match.epssDate})`}.`,
  ];
  return lines
    .filter((line) => line !== '')
    .join(' ')
    .slice(0, 4000);
}

function remedyOf({ name, fixed, malicious }: AdvisoryMatch): string {
  if (malicious) return `Remove ${name}, and treat every machine that installed it as compromised.`;
  return fixed === null
    ? `No fixed version of ${name} is known: replace it, or keep what it is exposed to small.`
    : `Upgrade ${name} to ${fixed} or later.`;
}
