/** A source reports what it sees: known things are recognised by natural key, unknown ones become proposed assets, vanished ones are told. */
import type { Actor } from '../../../contract/actor.ts';
import type { OutputOf, ParsedInputOf } from '../../../contract/endpoint.ts';
import { publishMany } from '../../../platform/events/publish.ts';
import { stateOf } from '../asset-view.ts';
import { assetChanged, assetRegistered, assetRetired, type Observation, type observeAssets } from '../contract.ts';
import { endUnseenEdges, type SeenEdge, upsertSeenEdges } from '../lineage/lineage-store.ts';
import { type ChangeDraft, findRows, hashOf, insertAssets, recordChanges, setColumns, updateAsset, valuesOf } from '../store.ts';
import type { AssetRow } from '../table.ts';
import { assetsOfKeys, claimsOfRun, lockObservations, markGone, moveKeys, type Seen, stampSeen, upsertSightings } from './observe-store.ts';
import { type Applied, applyObservation, flat } from './provenance.ts';

type Input = ParsedInputOf<typeof observeAssets>;
type Output = OutputOf<typeof observeAssets>;

/** Runs in the ambient transaction. Repeating a call changes nothing but the last-seen times. */
export async function observe(input: Input, actor: Actor): Promise<Output> {
  await lockObservations();
  const { source, observations } = input;
  const run = input.run ?? null;
  const at = new Date();
  const known = await assetsOfKeys(observations.flatMap(({ keys }) => keys));
  const claims = run === null ? new Map<string, string>() : await claimsOfRun(source, run, [...new Set(known.values())]);
  const matched = matchObservations(observations, known, claims);
  const rows = new Map((await findRows(matched.filter((id) => id !== null))).map((row) => [row.id, row]));
  const work = { source, at: at.toISOString(), actor };

  const updated = await updateKnown(observations, matched, rows, work);
  const created = await proposeNew(observations, matched, { ...work, seenAt: at });
  const seen = observations.map((observation, index): Seen => ({ assetId: created.ids.get(index) ?? matched[index] ?? '', observation }));
  await moveKeys(keyMoves(seen, known), source);
  await upsertSightings(seen, { source, run });
  await stampSeen([...new Set(seen.map(({ assetId }) => assetId))], source);
  const edgesUnresolved = await observeEdges(input, seen, run);
  const gone = run !== null && input.final && input.scope !== null ? await reportGone({ source, run, scope: input.scope }, actor) : [];
  return {
    results: seen.map(({ assetId }, index) => resultOf(assetId, created.ids.has(index) ? 'new' : 'known', updated.get(assetId))),
    gone,
    edgesUnresolved,
  };
}

function resultOf(assetId: string, state: 'new' | 'known', fields: readonly string[] | undefined): Output['results'][number] {
  if (state === 'new') return { assetId, state: 'new', fields: [] };
  return { assetId, state: fields === undefined ? 'unchanged' : 'changed', fields: [...(fields ?? [])] };
}

/**
 * Which asset each observation is: the owner of its strongest known key that no other observation of the same run has taken.
 * Two files that once were copies and now differ stay two assets that way.
 * @returns one asset id per observation, null for a new one. Pure.
 */
export function matchObservations(
  observations: readonly Observation[],
  known: ReadonlyMap<string, string>,
  claims: ReadonlyMap<string, string>,
): (string | null)[] {
  const taken = new Map(claims);
  return observations.map(({ keys }) => {
    const name = hashOf(keys[0] ?? '').toString('hex');
    for (const key of keys) {
      const assetId = known.get(key);
      if (assetId === undefined) continue;
      const holder = taken.get(assetId);
      if (holder !== undefined && holder !== name) continue;
      taken.set(assetId, name);
      return assetId;
    }
    return null;
  });
}

function keyMoves(seen: readonly Seen[], known: ReadonlyMap<string, string>) {
  const owners = new Map<string, string>();
  // The first observation that shows a key keeps it.
  for (const { assetId, observation } of seen) for (const key of observation.keys) if (!owners.has(key)) owners.set(key, assetId);
  return [...owners].filter(([key, assetId]) => known.get(key) !== assetId).map(([key, assetId]) => ({ key, assetId }));
}

type Work = { readonly source: string; readonly at: string; readonly actor: Actor };

/** @returns changed fields by asset id; assets without change are left out. */
async function updateKnown(
  observations: readonly Observation[],
  matched: readonly (string | null)[],
  rows: ReadonlyMap<string, AssetRow>,
  { source, at, actor }: Work,
): Promise<Map<string, readonly string[]>> {
  const changed = new Map<string, readonly string[]>();
  const history: ChangeDraft[] = [];
  const news: AssetRow[] = [];
  const done = new Map<string, AssetRow>();
  for (const [index, observation] of observations.entries()) {
    const id = matched[index];
    const row = id === null || id === undefined ? undefined : (done.get(id) ?? rows.get(id));
    if (!row) continue;
    const next = applyObservation(stateOf(row), observation, { source, at });
    const back = returning(row);
    const fields = [...next.changed, ...back.fields];
    if (fields.length === 0 && !marksDiffer(row, next)) continue;
    const written = await updateAsset(row.id, next, {
      ...back.columns,
      ...(fields.length === 0 ? { version: row.version, updatedAt: row.updatedAt } : {}),
    });
    if (written) done.set(row.id, written);
    if (fields.length === 0 || !written) continue;
    changed.set(row.id, [...(changed.get(row.id) ?? []), ...fields]);
    news.push(written);
    history.push(changeOf(row, next, back.fields.length > 0 ? 'seen-again' : 'changed', back.fields));
  }
  await recordChanges(actor, history);
  await publishMany(
    assetChanged,
    news.map((row) => ({ ...newsOf(row), fields: [...(changed.get(row.id) ?? [])] })),
  );
  return changed;
}

/** What being seen does to an asset that was missing, or that was retired because its sources had lost it. */
function returning(row: AssetRow): { columns: Partial<AssetRow>; fields: string[] } {
  const wasMissing = row.missingSince === null ? [] : ['missingSince'];
  if (row.retiredBy === 'source')
    return { columns: { missingSince: null, lifecycle: 'proposed', retiredBy: null }, fields: [...wasMissing, 'lifecycle'] };
  return { columns: wasMissing.length > 0 ? { missingSince: null } : {}, fields: wasMissing };
}

function marksDiffer(row: AssetRow, next: Applied): boolean {
  return JSON.stringify(row.marks) !== JSON.stringify(next.marks) || JSON.stringify(row.observed) !== JSON.stringify(next.observed);
}

function changeOf(row: AssetRow, next: Applied, action: ChangeDraft['action'], more: readonly string[]): ChangeDraft {
  const before = {
    ...valuesOf(flat(stateOf(row).fields), next.changed),
    ...(more.includes('lifecycle') ? { lifecycle: row.lifecycle } : {}),
  };
  const after = { ...valuesOf(flat(next.fields), next.changed), ...(more.includes('lifecycle') ? { lifecycle: 'proposed' } : {}) };
  return { assetId: row.id, action, fields: [...next.changed, ...more], before, after };
}

type Proposing = Work & { readonly seenAt: Date };
async function proposeNew(
  observations: readonly Observation[],
  matched: readonly (string | null)[],
  { source, at, actor, seenAt }: Proposing,
): Promise<{ ids: Map<number, string> }> {
  const fresh = [...observations.entries()].filter(([index]) => matched[index] === null);
  // Two observations of one call may be the same new thing: the first key decides.
  const byName = new Map<string, { indexes: number[]; said: Observation }>();
  for (const [index, said] of fresh) {
    const name = said.keys[0] ?? '';
    const known = byName.get(name);
    if (known) known.indexes.push(index);
    else byName.set(name, { indexes: [index], said });
  }
  const groups = [...byName.values()];
  const rows = await insertAssets(
    groups.map(({ said }) => ({
      ...applyObservation(null, said, { source, at }),
      lifecycle: 'proposed' as const,
      sources: [source],
      seenAt,
      keys: said.keys,
    })),
  );
  const ids = new Map(groups.flatMap(({ indexes }, at2) => indexes.map((index): [number, string] => [index, rows[at2]?.id ?? ''])));
  await recordChanges(
    actor,
    rows.map((row) => ({ assetId: row.id, action: 'proposed', fields: [], before: {}, after: { name: row.name, type: row.type, source } })),
  );
  await publishMany(assetRegistered, rows.map(newsOf));
  return { ids };
}

async function observeEdges({ edges, source, final, scope }: Input, seen: readonly Seen[], run: string | null): Promise<number> {
  const inCall = new Map(seen.flatMap(({ assetId, observation }) => observation.keys.map((key): [string, string] => [key, assetId])));
  const missing = edges.flatMap(({ fromKey, toKey }) => [fromKey, toKey]).filter((key) => !inCall.has(key));
  const stored = await assetsOfKeys(missing);
  const of = (key: string) => inCall.get(key) ?? stored.get(key);
  const found = new Map<string, SeenEdge>();
  let unresolved = 0;
  for (const { fromKey, toKey, kind, mark } of edges) {
    const from = of(fromKey);
    const to = of(toKey);
    if (from === undefined || to === undefined) unresolved += 1;
    else if (from !== to) found.set(`${from} ${to} ${kind}`, { from, to, kind, mark });
  }
  await upsertSeenEdges([...found.values()], source, run);
  if (run !== null && final && scope !== null) await endUnseenEdges(source, run);
  return unresolved;
}

type Walked = { readonly source: string; readonly run: string; readonly scope: string };
async function reportGone({ source, run, scope }: Walked, actor: Actor): Promise<Output['gone']> {
  const lost = await markGone(source, run, scope);
  const proposals = lost.filter(({ lifecycle }) => lifecycle === 'proposed');
  const kept = lost.filter(({ lifecycle }) => lifecycle !== 'proposed' && lifecycle !== 'retired');
  const missingSince = new Date();
  await setColumns(
    proposals.map(({ id }) => id),
    { missingSince, lifecycle: 'retired', retiredBy: 'source' },
    true,
  );
  await setColumns(
    kept.map(({ id }) => id),
    { missingSince },
    true,
  );
  await recordChanges(actor, [
    ...proposals.map(
      (row): ChangeDraft => ({
        assetId: row.id,
        action: 'retired',
        fields: ['lifecycle'],
        before: { lifecycle: row.lifecycle },
        after: { lifecycle: 'retired', reason: `no longer seen by ${source}` },
      }),
    ),
    ...kept.map(
      (row): ChangeDraft => ({
        assetId: row.id,
        action: 'missing',
        fields: ['missingSince'],
        before: {},
        after: { missingSince: missingSince.toISOString(), source },
      }),
    ),
  ]);
  await publishMany(
    assetRetired,
    proposals.map(({ id, name, type }) => ({ assetId: id, name, type })),
  );
  await publishMany(
    assetChanged,
    kept.map((row) => ({ ...newsOf(row), fields: ['missingSince'] })),
  );
  return [...proposals, ...kept].map(({ id, name, type }) => ({ assetId: id, name, type }));
}

/** What events say about an asset. */
export function newsOf({
  id,
  name,
  type,
  environment,
  criticality,
  lifecycle,
}: Pick<AssetRow, 'id' | 'name' | 'type' | 'environment' | 'criticality' | 'lifecycle'>) {
  return { assetId: id, name, type, environment, criticality, lifecycle };
}
