/** Assets that are held: in quarantine they may not be used, changed in standing or linked; under review they may not be promoted. */
import type { Actor } from '../../../contract/actor.ts';
import { audit } from '../../../platform/audit.ts';
import { publish } from '../../../platform/events/publish.ts';
import { assetChanged, assetProblems, type Environment, type HoldKind, type Lifecycle } from '../contract.ts';
import { newsOf } from '../observing/observe.ts';
import { findRow, recordChanges, setColumns } from '../store.ts';
import type { AssetRow } from '../table.ts';
import { deleteHold, holdsOf, insertHold } from './hold-store.ts';

type Held = { readonly held: boolean; readonly lifecycle: Lifecycle };
type Holding = { readonly id: string; readonly holder: string; readonly kind: HoldKind; readonly reason: string };

/** @throws ai-assets.notFound, ai-assets.retired */
export async function holdAsset({ id, holder, kind, reason }: Holding, actor: Actor): Promise<Held> {
  const row = await findRow(id, true);
  if (!row) throw assetProblems.notFound({ id });
  if (row.lifecycle === 'retired') throw assetProblems.retired({ name: row.name });
  const standing = await holdsOf(id);
  const before = standing.find((one) => one.kind === 'quarantine')?.lifecycleBefore ?? row.lifecycle;
  await insertHold({ assetId: id, holder, kind, reason, lifecycleBefore: before });
  if (kind === 'quarantine') await moveTo(row, 'quarantined', actor);
  return { held: true, lifecycle: kind === 'quarantine' ? 'quarantined' : row.lifecycle };
}

/** Lets go of one hold; the standing comes back when no other quarantine holds it. An asset that is gone is held by nobody. */
export async function unholdAsset(id: string, holder: string, actor: Actor): Promise<Held> {
  const row = await findRow(id, true);
  if (!row) return { held: false, lifecycle: 'retired' };
  const gone = await deleteHold(id, holder);
  const left = await holdsOf(id);
  const quarantined = left.some(({ kind }) => kind === 'quarantine');
  if (gone?.kind !== 'quarantine' || quarantined || row.lifecycle !== 'quarantined')
    return { held: left.length > 0, lifecycle: row.lifecycle };
  await moveTo(row, gone.lifecycleBefore, actor);
  return { held: left.length > 0, lifecycle: gone.lifecycleBefore };
}

async function moveTo(row: AssetRow, lifecycle: Lifecycle, actor: Actor): Promise<void> {
  if (row.lifecycle === lifecycle) return;
  await setColumns([row.id], { lifecycle }, true);
  const change = { before: { lifecycle: row.lifecycle }, after: { lifecycle } };
  await recordChanges(actor, [{ assetId: row.id, action: 'changed', fields: ['lifecycle'], ...change }]);
  await publish(assetChanged, { ...newsOf({ ...row, lifecycle }), fields: ['lifecycle'] });
  audit.subject({ type: 'ai-assets', id: row.id });
  audit.change(change);
}

type Wanted = { readonly lifecycle?: Lifecycle | undefined; readonly environment?: Environment | null | undefined };
/**
 * Refuses what a hold forbids.
 * @throws ai-assets.quarantined when standing or environment would change, ai-assets.underReview when it would be promoted
 */
export async function refuseHeld(row: AssetRow, wanted: Wanted): Promise<void> {
  const moved = wanted.lifecycle !== undefined && wanted.lifecycle !== row.lifecycle;
  const placed = wanted.environment !== undefined && wanted.environment !== row.environment;
  if (!moved && !placed) return;
  const holds = await holdsOf(row.id);
  if (holds.some(({ kind }) => kind === 'quarantine')) throw assetProblems.quarantined({ name: row.name });
  const promoted =
    (moved && (wanted.lifecycle === 'approved' || wanted.lifecycle === 'active')) || (placed && wanted.environment === 'production');
  const [review] = holds;
  if (promoted && review !== undefined) throw assetProblems.underReview({ name: row.name, reason: review.reason });
}

/** @throws ai-assets.quarantined: what is in quarantine is not used by anything new. */
export async function refuseUse(rows: readonly AssetRow[]): Promise<void> {
  for (const row of rows) {
    if (row.lifecycle !== 'quarantined') continue;
    if ((await holdsOf(row.id)).some(({ kind }) => kind === 'quarantine')) throw assetProblems.quarantined({ name: row.name });
  }
}
