/** Changes of rows as news: up to 100 vulnerabilities a message. */
import type { EventKind } from '../../../contract/event.ts';
import { publishMany } from '../../../platform/events/publish.ts';
import {
  type VulnerabilityNews,
  vulnerabilityChanged,
  vulnerabilityOpened,
  vulnerabilityReopened,
  vulnerabilityResolved,
} from '../contract.ts';
import type { VulnerabilityRow } from '../table.ts';
import { millionths, numberOf } from '../view.ts';

export type Cause = { readonly cause: string; readonly causeId: string | null };
export type Happened = { readonly before: VulnerabilityRow | null; readonly after: VulnerabilityRow };
const most = 100;

/** Opened, no longer open, open again, or otherwise changed. Changes among closed ones are no news. */
export async function tell(happened: readonly Happened[], cause: Cause): Promise<void> {
  const opened = happened.filter(({ before }) => before === null).map(({ after }) => after);
  const known = happened.filter(({ before }) => before !== null);
  const pick = (was: boolean, is: boolean) =>
    known.filter(({ before, after }) => before?.live === was && after.live === is).map(({ after }) => after);
  await send(vulnerabilityOpened, opened, cause);
  await send(vulnerabilityReopened, pick(false, true), cause);
  await send(vulnerabilityResolved, pick(true, false), cause);
  await send(vulnerabilityChanged, pick(true, true), cause);
}

type NewsKind = EventKind<(typeof vulnerabilityOpened)['payload']>;

async function send(kind: NewsKind, rows: readonly VulnerabilityRow[], { cause, causeId }: Cause): Promise<void> {
  const chunks = Array.from({ length: Math.ceil(rows.length / most) }, (_, at) => rows.slice(at * most, at * most + most).map(newsOf));
  await publishMany(
    kind,
    chunks.map((vulnerabilities) => ({ vulnerabilities, cause, causeId })),
  );
}

function newsOf(row: VulnerabilityRow): VulnerabilityNews {
  return {
    vulnerabilityId: row.id,
    number: numberOf(row),
    assetId: row.assetId,
    assetName: row.assetName,
    severity: row.severity,
    title: row.title,
    status: row.status,
    priority: row.priority / millionths,
    malicious: row.malicious,
    source: row.source,
  };
}
