/** Who enforces a quarantine: the inventory by a call, screening by confirming what it heard, points of customers by a signed webhook. */
import { isProblem } from '../../../contract/problem.ts';
import { attempt } from '../../../platform/database/database.ts';
import { call } from '../../../platform/http/call.ts';
import { holdAsset } from '../../ai-assets/contract.ts';
import { sendMessage } from '../../notifications/contract.ts';
import type { AssetFacts } from '../asset-facts.ts';
import type { PointState } from '../contract.ts';
import type { EnforcementPointRow, QuarantineRow } from '../table.ts';
import { listPointRows, pointsOf } from './quarantine-store.ts';

export type Point = {
  readonly point: string;
  readonly title: string;
  readonly state: PointState;
  readonly detail: string;
  readonly at: Date | null;
};
const screened: readonly string[] = ['model', 'endpoint', 'api'];
const running: readonly string[] = [...screened, 'agent', 'mcp_server', 'pipeline'];

/** Asks every point that can enforce it, and says what each answered at once. */
export async function askPoints(row: QuarantineRow, asset: AssetFacts): Promise<Point[]> {
  const outside = (await listPointRows()).filter((one) => one.enabled && concerns(one, asset));
  const points: Point[] = [await askInventory(row)];
  if (screened.includes(asset.type)) points.push(pending('screening', 'Screening of inputs'));
  for (const one of outside) points.push(await askOutside(row, one));
  // The inventory refuses promotion and new uses; it does not stand where the asset runs.
  if (points.length === 1 && running.includes(asset.type))
    points.push({ ...pending('run-time', 'Where it runs'), state: 'advised', detail: 'No point is connected that refuses it there.' });
  return points;
}

function pending(point: string, title: string): Point {
  return { point, title, state: 'pending', detail: '', at: null };
}
function concerns({ assetTypes }: EnforcementPointRow, { type }: AssetFacts): boolean {
  return assetTypes.length === 0 || assetTypes.includes(type);
}

async function askInventory(row: QuarantineRow): Promise<Point> {
  const point = pending('ai-assets', 'Inventory');
  try {
    await attempt(() => call(holdAsset, { id: row.assetId, holder: row.id, kind: 'quarantine', reason: row.reason }));
    return { ...point, state: 'confirmed', at: new Date() };
  } catch (error) {
    if (!isProblem(error)) throw error;
    return { ...point, state: 'failed', detail: error.message.slice(0, 1000), at: new Date() };
  }
}

async function askOutside(row: QuarantineRow, { id, name, destinationId }: EnforcementPointRow): Promise<Point> {
  const point = pending(`point:${id}`, name);
  const failed = await tell(row, destinationId, {
    event: 'quarantine.requested',
    title: `Quarantine ${row.assetName}`,
    text: [
      `Refuse the asset ${row.assetId} until it is released.`,
      `Confirm with point "${point.point}".`,
      `Quarantine ${row.id}. Reason: ${row.reason}`,
    ].join('\n'),
  });
  return failed === null ? point : { ...point, state: 'failed', detail: failed, at: new Date() };
}

type Words = { readonly event: string; readonly title: string; readonly text: string };
/** Null when it is in the outbox; else why not. */
async function tell(row: QuarantineRow, destinationId: string, words: Words): Promise<string | null> {
  try {
    await attempt(() =>
      call(sendMessage, {
        ...words,
        title: words.title.slice(0, 300),
        text: words.text.slice(0, 4000),
        severity: row.severity,
        link: `/api/incidents/${row.incidentId ?? row.actId}/acts/${row.actId}/confirm`,
        destinationIds: [destinationId],
        orderingKey: row.id,
        ...(row.incidentId === null ? {} : { incidentId: row.incidentId }),
      }),
    );
    return null;
  } catch (error) {
    if (!isProblem(error)) throw error;
    return error.message.slice(0, 1000);
  }
}

/** Points outside are told that they may let it go; what cannot be told is seen in the ledger of deliveries. */
export async function tellPointsOfRelease(row: QuarantineRow): Promise<void> {
  const asked = new Set((await pointsOf([row.id])).map(({ point }) => point));
  for (const { id, destinationId } of await listPointRows()) {
    if (!asked.has(`point:${id}`)) continue;
    await tell(row, destinationId, {
      event: 'quarantine.released',
      title: `${row.assetName} is released`,
      text: `The asset ${row.assetId} may be used again. Quarantine ${row.id}.`,
    });
  }
}
