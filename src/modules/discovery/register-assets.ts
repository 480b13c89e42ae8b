/** Hits that are assets, told to the inventory: in batches, with one closing call that says what is gone and how things hang together. */
import type { Context } from '../../contract/actor.ts';
import type { InputOf, OutputOf } from '../../contract/endpoint.ts';
import { transaction } from '../../platform/database/database.ts';
import { call } from '../../platform/http/call.ts';
import { observeAssets } from '../ai-assets/contract.ts';
import type { Hit, WalkSummary } from './contract.ts';
import { hitsAfter, setHitAssets } from './store.ts';
import type { HitRow, RunRow } from './table.ts';

type Observation = InputOf<typeof observeAssets>['observations'][number];
type Edge = NonNullable<InputOf<typeof observeAssets>['edges']>[number];
const batchHits = 400;
const edgeBatch = 4000;
const source = 'discovery';

export async function registerAssets(run: Pick<RunRow, 'id' | 'path'>, summary: WalkSummary, context: Context): Promise<void> {
  const edges: Edge[] = [];
  let position = -1;
  for (;;) {
    const from = position;
    const rows = await transaction(context, () => hitsAfter(run.id, from, batchHits), { readOnly: true });
    const last = rows.at(-1);
    if (last === undefined) break;
    position = last.position;
    const assets = rows.filter(({ state, hit }) => state !== 'gone' && hit.assetType !== null);
    edges.push(...assets.flatMap(({ hit }) => edgesOf(hit)));
    await observeBatch(run, { rows: assets, root: summary.root }, context);
  }
  for (let at = 0; at < edges.length; at += edgeBatch)
    await call(observeAssets, { source, run: run.id, final: false, observations: [], edges: edges.slice(at, at + edgeBatch) });
  await call(observeAssets, { source, run: run.id, final: true, scope: summary.complete ? summary.root : null, observations: [] });
}

async function observeBatch(
  run: Pick<RunRow, 'id'>,
  { rows, root }: { rows: readonly HitRow[]; root: string },
  context: Context,
): Promise<void> {
  if (rows.length === 0) return;
  const observations = rows.flatMap(({ hit }) => observationOf(hit, root) ?? []);
  const { results }: OutputOf<typeof observeAssets> = await call(observeAssets, { source, run: run.id, final: false, observations });
  await transaction(context, () =>
    setHitAssets(rows.flatMap(({ id }, index) => (results[index] ? [{ id, assetId: results[index].assetId }] : []))),
  );
}

/** @returns null for evidence that is no asset. */
export function observationOf(hit: Hit, root: string): Observation | null {
  if (hit.assetType === null) return null;
  return {
    keys: hit.keys,
    type: hit.assetType,
    name: hit.name,
    description: describe(hit),
    metadata: { ...hit.facts, ...(hit.purl === null ? {} : { purl: hit.purl }), foundAs: hit.kind },
    mark: hit.confidence === 'possible' ? 'inferred' : 'static',
    places: hit.where.map(({ path, line, evidence }) => ({ place: path === '' ? root : `${root}/${path}`, line, evidence })),
  };
}

const said: Readonly<Partial<Record<Hit['kind'], string>>> = {
  model: 'Model artefact found on disk.',
  dataset: 'Data set found on disk.',
  notebook: 'Notebook that uses AI libraries.',
  'model-reference': 'Model named in code; loaded from a hub when the code runs.',
  'dataset-reference': 'Data set named in code; loaded from a hub when the code runs.',
  'hosted-model': 'Hosted model that code or settings call.',
  endpoint: 'Program or address that answers with a model.',
  'training-code': 'Code that trains a model.',
  agent: 'Agent built in code, or instructions a coding agent follows.',
  'mcp-server': 'MCP server that an agent may call.',
  serving: 'Container or cluster object that serves models or asks for accelerators.',
  'vector-store': 'Vector store that code or manifests use.',
};

function describe(hit: Hit): string {
  return said[hit.kind] ?? '';
}

function edgesOf(hit: Hit): Edge[] {
  const fromKey = hit.keys[0];
  return fromKey === undefined
    ? []
    : hit.edges.map(({ kind, toKey, inferred }) => ({
        fromKey,
        toKey,
        kind,
        mark: inferred ? ('inferred' as const) : ('static' as const),
      }));
}
