/** What a run compares with, and how a baseline is made. No row of the table is kept. */
import type { z } from 'zod';
import type { Context } from '../../../contract/actor.ts';
import type { OutputOf } from '../../../contract/endpoint.ts';
import { transaction } from '../../../platform/database/database.ts';
import { call } from '../../../platform/http/call.ts';
import { getAsset } from '../../ai-assets/contract.ts';
import { Baseline as BaselineState, checkBaseline, checkQuality } from '../../data-quality/contract.ts';
import { askPatiently, type Patience } from '../assessments/ask-door.ts';
import { type Baseline, type BaselineWish, baselineProblems, mostKeptColumns, type ReadSource } from '../contract.ts';
import { type DoorData, type LocatedTable, locateTable } from '../sources/locate-table.ts';
import { atDesk, type StagingDesk } from '../sources/staging-desk.ts';
import { findBaseline, findByKey, findStates, insertBaseline, lockBaselines, setPromoted } from './baseline-store.ts';

/** A table, or what a baseline kept of one. */
export type ReferenceTable = { readonly table: DoorData } | { readonly baseline: z.output<typeof BaselineState> };

export type LocatedReference = { readonly table: LocatedTable } | Extract<ReferenceTable, { baseline: unknown }>;

/** Needs a transaction. Null: there is nothing to compare with. @throws data-quality.baselineExpired, and what locating throws */
export async function referenceOf(
  { reference, baselineId }: { readonly reference: ReadSource | null; readonly baselineId: string | null },
  context: Context,
): Promise<LocatedReference | null> {
  if (reference !== null && !('inline' in reference)) return { table: await locateTable(reference, context) };
  if (baselineId === null) return null;
  const states = await findStates(baselineId);
  if (states === null) throw baselineProblems.baselineExpired({ name: (await findBaseline(baselineId))?.name ?? baselineId });
  return { baseline: BaselineState.parse(states) };
}

/** Outside of transactions. */
export async function broughtReference(reference: LocatedReference | null, desk: StagingDesk): Promise<ReferenceTable | null> {
  if (reference === null || 'baseline' in reference) return reference;
  return { table: (await desk.bring(reference.table)).data };
}

export type Making = { readonly context: Context; readonly patience: Patience };

/**
 * One version, however often it is asked for under the same key.
 * @throws data-quality.baselineMoved, and what locating and reading the table throws
 */
export async function makeBaseline(wish: BaselineWish, { context, patience }: Making): Promise<Baseline> {
  const { made, located } = await transaction(context, async () => {
    await call(getAsset, { id: wish.assetId });
    return { made: await madeBefore(wish), located: await locateTable(wish.source, context) };
  });
  if (made !== null) return made;
  const described = await atDesk(context, async (desk) => {
    patience.step?.(0, 'reading the table');
    return describe(
      (await desk.bring(located, (rows) => patience.step?.(0, `${rows.toLocaleString('en-US')} rows brought from the database`))).data,
      patience,
    );
  });
  return transaction(context, () => keepBaseline(wish, described));
}

function madeBefore({ idempotencyKey }: BaselineWish): Promise<Baseline | null> {
  return idempotencyKey === null ? Promise.resolve(null) : findByKey(idempotencyKey);
}

async function describe(data: DoorData, patience: Patience): Promise<Described> {
  patience.step?.(1, 'distributions');
  const state = await askPatiently((watch) => call(checkBaseline, { watch, data }), counted(patience, 1, 'distributions'));
  patience.step?.(2, 'profile');
  const { ingest, columns } = await askPatiently(
    (watch) => call(checkQuality, { watch, data, rules: [] }),
    counted(patience, 2, 'profile'),
  );
  // Read twice: what people see must be what is compared with.
  if (ingest.sha256 !== state.ingest.sha256) throw baselineProblems.baselineMoved();
  return { state, columns };
}

function counted(patience: Patience, place: number, what: string): Patience {
  const told = (rows: number): void => patience.step?.(place, `${what}: ${rows.toLocaleString('en-US')} rows read`);
  return patience.step === undefined ? patience : { ...patience, told };
}

type Described = { readonly state: OutputOf<typeof checkBaseline>; readonly columns: OutputOf<typeof checkQuality>['columns'] };

async function keepBaseline(wish: BaselineWish, { state, columns }: Described): Promise<Baseline> {
  const { promote, requestedBy: by, ...facts } = wish;
  const { sha256, rows } = state.ingest;
  await lockBaselines(wish.assetId);
  // Two that run side by side: the second finds what the first has kept.
  const before = await madeBefore(wish);
  if (before !== null) return before;
  const profile = columns.slice(0, mostKeptColumns);
  const made = await insertBaseline(
    { ...facts, dataSha256: sha256, rows, columns: state.ingest.columns, createdBy: by },
    { states: state, profile, columnsLeftOut: columns.length - profile.length },
  );
  if (!promote) return made;
  await setPromoted(made, by);
  return (await findBaseline(made.id)) ?? made;
}
