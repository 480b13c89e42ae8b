/** What people do with assets: register, change, claim, retire, restore, link. Each leaves history, an audit note and news. */
import type { Actor } from '../../contract/actor.ts';
import { commonProblems, isProblem } from '../../contract/problem.ts';
import { audit } from '../../platform/audit.ts';
import { publish } from '../../platform/events/publish.ts';
import { departmentJudge, isOtherDepartment } from '../../platform/http/department-check.ts';
import { stateOf, toAsset } from './asset-view.ts';
import {
  type AssetDetail,
  type AssetDraft,
  assetChanged,
  assetProblems,
  assetRegistered,
  assetRetired,
  type Criticality,
  type Dependency,
  type EdgeKind,
  type Environment,
} from './contract.ts';
import { refuseHeld, refuseUse } from './holds/hold.ts';
import { dependenciesOf, endDependency, findDependency, insertDeclared } from './lineage/lineage-store.ts';
import { newsOf } from './observing/observe.ts';
import { type Applied, applyDeclaration, differencesOf, emptyFields, type Fields, flat } from './observing/provenance.ts';
import {
  addKeys,
  type ChangeDraft,
  findRow,
  insertAssets,
  keysOf,
  ownersOfKeys,
  recordChanges,
  setColumns,
  sightingsOf,
  updateAsset,
  valuesOf,
} from './store.ts';
import type { AssetRow } from './table.ts';

export async function detail(id: string): Promise<AssetDetail> {
  return await detailOf(await existing(id));
}

async function detailOf(row: AssetRow): Promise<AssetDetail> {
  const state = stateOf(row);
  const [keys, sightings, dependencies] = [await keysOf(row.id), await sightingsOf(row.id), await dependenciesOf(row.id)];
  const differences = differencesOf(state).map(({ field, declared, observed, source }) => ({
    field,
    declared: toJson(declared),
    observed: toJson(observed),
    source,
  }));
  return { ...toAsset(row), keys, marks: { ...row.marks }, differences, sightings, dependencies };
}

/** Field values are scalars and lists of text: JSON as they are. */
function toJson(value: string | number | boolean | null | readonly string[]): string | number | boolean | null | string[] {
  return typeof value === 'object' && value !== null ? [...value] : value;
}

async function existing(id: string, lock = false): Promise<AssetRow> {
  const row = await findRow(id, lock);
  if (!row) throw assetProblems.notFound({ id });
  return row;
}

type Written = { readonly [K in keyof AssetDraft]?: AssetDraft[K] | undefined };
/** The promised second names (`asset_type`, `cloud_provider`, `data_classes`) as the fields they mean. */
export function fieldsWritten(draft: Written): Partial<Fields> {
  if (draft.type !== undefined && draft.asset_type !== undefined && draft.type !== draft.asset_type)
    throw assetProblems.typeTwice({ type: draft.type, other: draft.asset_type });
  const said = {
    name: draft.name,
    description: draft.description,
    type: draft.type ?? draft.asset_type,
    environment: draft.environment,
    owner: emptyToNull(draft.owner),
    department: emptyToNull(draft.department),
    cloudProvider: emptyToNull(draft.cloudProvider ?? draft.cloud_provider),
    region: emptyToNull(draft.region),
    criticality: draft.criticality,
    dataClasses: draft.dataClasses ?? draft.data_classes,
    tags: draft.tags === undefined ? undefined : [...new Set(draft.tags)],
    metadata: draft.metadata,
  };
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
}

function emptyToNull(value: string | null | undefined): string | null | undefined {
  return value === '' ? null : value;
}

export async function register(draft: AssetDraft, actor: Actor): Promise<AssetDetail> {
  const said = saidOfNew(draft, actor);
  if (said.type === undefined) throw assetProblems.typeMissing();
  await refuseTakenKeys(draft.keys ?? []);
  const applied = applyDeclaration(null, said, { source: actor.id, at: new Date().toISOString() });
  const [row] = await insertAssets([
    {
      ...applied,
      lifecycle: draft.lifecycle ?? 'active',
      sources: [actor.kind === 'user' ? 'person' : actor.id],
      seenAt: null,
      keys: draft.keys ?? [],
    },
  ]);
  if (!row) throw commonProblems.internal();
  await addKeys(
    (draft.keys ?? []).map((key) => ({ assetId: row.id, key })),
    'person',
  );
  await recordChanges(actor, [
    { assetId: row.id, action: 'registered', fields: [], before: {}, after: { name: row.name, type: row.type, owner: row.owner } },
  ]);
  await publish(assetRegistered, newsOf(row));
  audit.subject({ type: 'ai-assets', id: row.id });
  return await detailOf(row);
}

/** Who is held to their department registers into it. */
function saidOfNew(draft: AssetDraft, actor: Actor): Partial<Fields> {
  const said = fieldsWritten(draft);
  const department = departmentJudge(actor).ofNew(said.department);
  return department === undefined ? said : { ...said, department };
}

async function refuseTakenKeys(keys: readonly string[]): Promise<void> {
  const [owner] = await ownersOfKeys(keys);
  if (owner) throw assetProblems.keyTaken({ key: owner.key, name: owner.name });
}

type Edit = Written & { readonly id: string; readonly version?: number | undefined };

/** PATCH: the fields named. PUT: `whole` makes everything left out empty. */
export async function edit(input: Edit, actor: Actor, whole: boolean): Promise<AssetDetail> {
  const row = await existing(input.id, true);
  if (input.version !== undefined && input.version !== row.version)
    throw commonProblems.conflict({ expected: input.version, actual: row.version });
  if (row.lifecycle === 'retired') throw assetProblems.retired({ name: row.name });
  const { type: _type, ...empty } = emptyFields;
  const said = whole ? { ...empty, ...fieldsWritten(input) } : fieldsWritten(input);
  departmentJudge(actor).demand({ before: row.department, ...(said.department === undefined ? {} : { after: said.department }) });
  await refuseHeld(row, input);
  if (whole && said.type === undefined) throw assetProblems.typeMissing();
  return await detailOf(await write(row, said, { actor, action: 'changed', lifecycle: input.lifecycle }));
}

type Writing = {
  readonly actor: Actor;
  readonly action: ChangeDraft['action'];
  readonly lifecycle?: AssetRow['lifecycle'] | undefined;
};

/** Writes declared values; nothing is written, recorded or told when nothing changes. */
async function write(row: AssetRow, said: Partial<Fields>, { actor, action, lifecycle = row.lifecycle }: Writing): Promise<AssetRow> {
  const next = applyDeclaration(stateOf(row), said, { source: actor.id, at: new Date().toISOString() });
  const moved = lifecycle !== row.lifecycle;
  if (next.changed.length === 0 && !moved) return row;
  const written = await updateAsset(row.id, next, moved ? { lifecycle, retiredBy: null } : {});
  if (!written) throw assetProblems.notFound({ id: row.id });
  await tell(row, written, next, { actor, action });
  return written;
}

async function tell(row: AssetRow, written: AssetRow, next: Applied, { actor, action }: Pick<Writing, 'actor' | 'action'>): Promise<void> {
  const moved = written.lifecycle === row.lifecycle ? [] : ['lifecycle'];
  const fields = [...next.changed, ...moved];
  const before = { ...valuesOf(flat(stateOf(row).fields), next.changed), ...(moved.length > 0 ? { lifecycle: row.lifecycle } : {}) };
  const after = { ...valuesOf(flat(next.fields), next.changed), ...(moved.length > 0 ? { lifecycle: written.lifecycle } : {}) };
  await recordChanges(actor, [{ assetId: row.id, action, fields, before, after }]);
  await publish(assetChanged, { ...newsOf(written), fields });
  audit.subject({ type: 'ai-assets', id: row.id });
  audit.change({ before, after });
}

export type Claim = {
  readonly owner: string;
  readonly environment?: Environment | undefined;
  readonly criticality?: Criticality | undefined;
};

/** A proposed asset becomes one of the inventory, with somebody who answers for it. */
export async function claim(id: string, about: Claim, actor: Actor, judge = departmentJudge(actor)): Promise<AssetDetail> {
  const { owner, environment, criticality } = about;
  const row = await existing(id, true);
  judge.demand({ before: row.department });
  if (row.lifecycle !== 'proposed') throw assetProblems.notProposed({ name: row.name, lifecycle: row.lifecycle });
  await refuseHeld(row, { lifecycle: 'active', environment });
  const said = fieldsWritten({ owner, ...(environment ? { environment } : {}), ...(criticality ? { criticality } : {}) });
  return await detailOf(await write(row, said, { actor, action: 'claimed', lifecycle: 'active' }));
}

export async function claimMany(ids: readonly string[], about: Claim, actor: Actor) {
  const judge = departmentJudge(actor);
  const claimed: string[] = [];
  const refused: { id: string; code: string; reason: string }[] = [];
  for (const id of new Set(ids)) {
    try {
      await claim(id, about, actor, judge);
      claimed.push(id);
    } catch (error) {
      if (!isProblem(error)) throw error;
      refused.push({ id, code: error.code, reason: error.message });
      if (isOtherDepartment(error)) await recordDenied(id, error.code);
    }
  }
  return { claimed, refused };
}

/** A denial inside a request that goes on with the others: the entry of the request does not tell of it. */
async function recordDenied(id: string, reason: string): Promise<void> {
  await audit.record({ action: 'ai-assets.claim-many', resource: { type: 'ai-assets', id }, outcome: 'denied', reason });
}

export async function retire(id: string, version: number | undefined, actor: Actor): Promise<AssetDetail> {
  const row = await existing(id, true);
  departmentJudge(actor).demand({ before: row.department });
  if (version !== undefined && version !== row.version) throw commonProblems.conflict({ expected: version, actual: row.version });
  if (row.lifecycle === 'retired') return await detailOf(row);
  await refuseHeld(row, { lifecycle: 'retired' });
  await setColumns([id], { lifecycle: 'retired', retiredBy: 'person' }, true);
  await recordChanges(actor, [
    { assetId: id, action: 'retired', fields: ['lifecycle'], before: { lifecycle: row.lifecycle }, after: { lifecycle: 'retired' } },
  ]);
  await publish(assetRetired, { assetId: id, name: row.name, type: row.type });
  audit.change({ before: { lifecycle: row.lifecycle }, after: { lifecycle: 'retired' } });
  return await detail(id);
}

export async function restore(id: string, actor: Actor): Promise<AssetDetail> {
  const row = await existing(id, true);
  departmentJudge(actor).demand({ before: row.department });
  if (row.lifecycle !== 'retired') throw assetProblems.notRetired({ name: row.name });
  await setColumns([id], { lifecycle: 'active', retiredBy: null }, true);
  await recordChanges(actor, [
    { assetId: id, action: 'restored', fields: ['lifecycle'], before: { lifecycle: 'retired' }, after: { lifecycle: 'active' } },
  ]);
  await publish(assetChanged, { ...newsOf({ ...row, lifecycle: 'active' }), fields: ['lifecycle'] });
  audit.change({ before: { lifecycle: 'retired' }, after: { lifecycle: 'active' } });
  return await detail(id);
}

export async function link(id: string, other: string, kind: EdgeKind, actor: Actor): Promise<Dependency> {
  if (id === other) throw assetProblems.dependencyOnItself();
  const [row, target] = [await existing(id, actor.heldTo !== undefined), await existing(other)];
  departmentJudge(actor).demand({ before: row.department });
  await refuseUse([row, target]);
  const dependencyId = await insertDeclared(id, other, kind);
  if (dependencyId === null) throw assetProblems.dependencyExists();
  await recordChanges(actor, [
    { assetId: id, action: 'linked', fields: ['dependencies'], before: {}, after: { kind, to: target.name, toId: other } },
  ]);
  await publish(assetChanged, { ...newsOf(row), fields: ['dependencies'] });
  audit.change({ after: { kind, to: other } });
  const made = (await dependenciesOf(id)).find((one) => one.id === dependencyId);
  if (!made) throw commonProblems.internal();
  return made;
}

export async function unlink(id: string, dependencyId: string, actor: Actor): Promise<{ removed: boolean }> {
  const row = await existing(id);
  const edge = await findDependency(dependencyId);
  if (!edge || (edge.fromAsset !== id && edge.toAsset !== id)) throw assetProblems.dependencyNotFound({ id, dependencyId });
  // The link is the asset's it goes out from, whichever of the two it is asked of.
  const owner = edge.fromAsset === id ? row : await existing(edge.fromAsset);
  departmentJudge(actor).demand({ before: owner.department });
  if (edge.mark !== 'declared') throw assetProblems.observedDependency({ source: edge.source });
  await endDependency(dependencyId);
  await recordChanges(actor, [
    { assetId: edge.fromAsset, action: 'unlinked', fields: ['dependencies'], before: { kind: edge.kind, toId: edge.toAsset }, after: {} },
  ]);
  await publish(assetChanged, { ...newsOf(row), fields: ['dependencies'] });
  audit.change({ before: { kind: edge.kind, to: edge.toAsset } });
  return { removed: true };
}
