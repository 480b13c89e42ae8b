/** What a run compares with, and how a baseline is made. No row of the table is kept. */
import type { z } from 'zod';
import type { Context } from '../../contract/actor.ts';
import type { OutputOf } from '../../contract/endpoint.ts';
import { transaction } from '../../platform/database/database.ts';
import { call } from '../../platform/http/call.ts';
import { getAsset } from '../ai-assets/contract.ts';
import { Baseline as BaselineState, checkBaseline, checkQuality } from '../data-quality/contract.ts';
import { askPatiently, personBusyMs } from './ask-door.ts';
import { findBaseline, findStates, insertBaseline, lockBaselines, setPromoted } from './baseline-store.ts';
import { type Baseline, baselineProblems, mostKeptColumns, type ReadSource } from './contract.ts';
import { type DoorData, locateTable } from './locate-table.ts';

/** A table, or what a baseline kept of one. */
export type ReferenceTable = { readonly table: DoorData } | { readonly baseline: z.output<typeof BaselineState> };

/** Needs a transaction. Null: there is nothing to compare with. @throws data-quality.baselineExpired, and what locating throws */
export async function referenceOf(
  { reference, baselineId }: { readonly reference: ReadSource | null; readonly baselineId: string | null },
  context: Context,
): Promise<ReferenceTable | null> {
  if (reference !== null && !('inline' in reference)) return { table: (await locateTable(reference, context)).data };
  if (baselineId === null) return null;
  const states = await findStates(baselineId);
  if (states === null) throw baselineProblems.baselineExpired({ name: (await findBaseline(baselineId))?.name ?? baselineId });
  return { baseline: BaselineState.parse(states) };
}

export type BaselineWish = Pick<Baseline, 'assetId' | 'name' | 'environment' | 'source' | 'window'> & { readonly promote: boolean };

/** @throws data-quality.baselineMoved, and what locating and reading the table throws */
export async function makeBaseline(wish: BaselineWish, context: Context): Promise<Baseline> {
  const { data } = await transaction(context, async () => {
    await call(getAsset, { id: wish.assetId });
    return locateTable(wish.source, context);
  });
  const patience = { signal: context.signal, busyMs: personBusyMs };
  const state = await askPatiently(() => call(checkBaseline, { data }), patience);
  const { ingest, columns } = await askPatiently(() => call(checkQuality, { data, rules: [] }), patience);
  // Read twice: what people see must be what is compared with.
  if (ingest.sha256 !== state.ingest.sha256) throw baselineProblems.baselineMoved();
  return transaction(context, () => keepBaseline(wish, { state, columns }, context.actor.id));
}

type Described = { readonly state: OutputOf<typeof checkBaseline>; readonly columns: OutputOf<typeof checkQuality>['columns'] };

async function keepBaseline(wish: BaselineWish, { state, columns }: Described, by: string): Promise<Baseline> {
  const { promote, ...facts } = wish;
  const { sha256, rows } = state.ingest;
  await lockBaselines(wish.assetId);
  const profile = columns.slice(0, mostKeptColumns);
  const made = await insertBaseline(
    { ...facts, dataSha256: sha256, rows, columns: state.ingest.columns, createdBy: by },
    { states: state, profile, columnsLeftOut: columns.length - profile.length },
  );
  if (!promote) return made;
  await setPromoted(made, by);
  return (await findBaseline(made.id)) ?? made;
}
