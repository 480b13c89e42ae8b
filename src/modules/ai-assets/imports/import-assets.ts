/** An import of assets and its balance sheet: read = new + updated + unchanged + rejected. A dry run does all but write. */
import type { Readable } from 'node:stream';
import type { Context } from '../../../contract/actor.ts';
import { audit } from '../../../platform/audit.ts';
import { transaction } from '../../../platform/database/database.ts';
import { publishMany } from '../../../platform/events/publish.ts';
import { departmentJudge, type Judge } from '../../../platform/http/department-check.ts';
import { stateOf } from '../asset-view.ts';
import { assetChanged, assetRegistered, type BalanceSheet } from '../contract.ts';
import { newsOf } from '../observing/observe.ts';
import { flat } from '../observing/provenance.ts';
import { addKeys, findByNames, findRows, insertAssets, ownersOfKeys, recordChanges, updateAsset, valuesOf } from '../store.ts';
import type { AssetRow } from '../table.ts';
import { type Known, nameKey, type Outcome, type Pending, planImport } from './import-plan.ts';
import { type ImportedRow, readImport } from './import-rows.ts';

const listedRows = 1000;
const batchRows = 500;
const source = 'import';

/** Thrown to undo a dry run; never leaves this file. */
class DryRunOver extends Error {
  override readonly name = 'DryRunOver';
}

/**
 * Imports a file. Each batch of rows is one transaction, so a file of 100,000 rows holds no lock for minutes.
 * A dry run is one transaction that is undone: its rows see those before them, and nothing is written.
 */
export async function importAssets(
  body: Readable,
  { format, dryRun }: { format: 'csv' | 'json'; dryRun: boolean },
  context: Context,
): Promise<BalanceSheet> {
  const sheet: BalanceSheet = { dryRun, read: 0, new: 0, updated: 0, unchanged: 0, rejected: 0, rows: [], rowsLeftOut: 0 };
  const judge = departmentJudge(context.actor);
  const rows = readImport(body, format);
  if (!dryRun) {
    for await (const batch of batches(rows)) note(sheet, await transaction(context, () => importBatch(batch, judge, context)));
    return settled(sheet);
  }
  try {
    await transaction(context, async () => {
      for await (const batch of batches(rows)) note(sheet, await importBatch(batch, judge, context));
      throw new DryRunOver();
    });
  } catch (error) {
    if (!(error instanceof DryRunOver)) throw error;
  }
  return settled(sheet);
}

async function* batches(rows: AsyncGenerator<ImportedRow>): AsyncGenerator<ImportedRow[]> {
  let batch: ImportedRow[] = [];
  for await (const row of rows) {
    batch.push(row);
    if (batch.length < batchRows) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function note(sheet: BalanceSheet, outcomes: readonly Outcome[]): void {
  for (const outcome of outcomes) {
    sheet.read += 1;
    sheet[outcome.outcome] += 1;
    sheet.rows.push(outcome);
  }
  if (sheet.rows.length > 2 * listedRows) trim(sheet);
}

/** Rejected rows are always worth their line; of the others the first ones show what would happen. */
function trim(sheet: BalanceSheet): void {
  const rejected = sheet.rows.filter(({ outcome }) => outcome === 'rejected').slice(0, listedRows);
  const others = sheet.rows.filter(({ outcome }) => outcome !== 'rejected').slice(0, listedRows - rejected.length);
  sheet.rows = [...rejected, ...others];
}

function settled(sheet: BalanceSheet): BalanceSheet {
  trim(sheet);
  sheet.rows.sort((a, b) => a.line - b.line);
  return { ...sheet, rowsLeftOut: sheet.read - sheet.rows.length };
}

async function importBatch(batch: readonly ImportedRow[], judge: Judge, context: Context): Promise<Outcome[]> {
  const at = new Date().toISOString();
  const { outcomes, pending, denied } = planImport(batch, await knownOf(batch), { source, at, judge });
  // The entry of the import does not tell of rows that were denied; one for each would be as long as the file.
  if (denied > 0)
    await audit.record({
      action: 'ai-assets.import',
      resource: { type: 'ai-assets', id: null },
      outcome: 'denied',
      reason: 'department.other',
      change: { after: { rows: denied } },
    });
  await writeNew(
    pending.filter(({ row }) => row === null),
    context,
  );
  await writeChanged(pending, context);
  return outcomes;
}

/** Three questions for the whole batch, whatever its size. */
async function knownOf(batch: readonly ImportedRow[]): Promise<Known> {
  const drafts = batch.flatMap((row) => ('draft' in row ? [row] : []));
  const owners = await ownersOfKeys([...new Set(drafts.flatMap(({ draft }) => draft.keys ?? []))]);
  const ids = [...drafts.flatMap(({ id }) => id ?? []), ...owners.map(({ assetId }) => assetId)];
  const byId = new Map((await findRows([...new Set(ids)])).map((row) => [row.id, row]));
  const byName = new Map<string, AssetRow | null>();
  for (const row of await findByNames([...new Set(drafts.map(({ draft }) => draft.name))]))
    byName.set(nameKey(row), byName.has(nameKey(row)) ? null : row);
  const byKey = new Map(
    owners.flatMap(({ key, assetId }) => {
      const row = byId.get(assetId);
      return row ? [[key, row] as const] : [];
    }),
  );
  return { byId, byKey, byName };
}

async function writeNew(pending: readonly Pending[], { actor }: Context): Promise<void> {
  if (pending.length === 0) return;
  const sources = [actor.kind === 'user' ? 'person' : source];
  const rows = await insertAssets(
    pending.map(({ state, lifecycle, keys }) => ({ ...state, lifecycle, sources, seenAt: null, keys: [...keys] })),
  );
  await addKeys(
    rows.flatMap(({ id }, index) => [...(pending[index]?.keys ?? [])].map((key) => ({ assetId: id, key }))),
    source,
  );
  await recordChanges(
    actor,
    rows.map((row) => ({
      assetId: row.id,
      action: 'registered',
      fields: [],
      before: {},
      after: { name: row.name, type: row.type, owner: row.owner, source },
    })),
  );
  await publishMany(assetRegistered, rows.map(newsOf));
}

async function writeChanged(pending: readonly Pending[], { actor }: Context): Promise<void> {
  const news: (ReturnType<typeof newsOf> & { fields: string[] })[] = [];
  for (const { row, state, lifecycle, keys, changed } of pending) {
    if (row === null) continue;
    if (keys.size > 0)
      await addKeys(
        [...keys].map((key) => ({ assetId: row.id, key })),
        source,
      );
    if (!changed) continue;
    const moved = lifecycle === row.lifecycle ? [] : ['lifecycle'];
    const written = await updateAsset(row.id, state, moved.length > 0 ? { lifecycle } : {});
    if (!written) continue;
    const fields = [...state.changed, ...moved];
    const before = { ...valuesOf(flat(stateOf(row).fields), state.changed), ...(moved.length > 0 ? { lifecycle: row.lifecycle } : {}) };
    const after = { ...valuesOf(flat(state.fields), state.changed), ...(moved.length > 0 ? { lifecycle } : {}) };
    await recordChanges(actor, [{ assetId: row.id, action: 'imported', fields, before, after }]);
    news.push({ ...newsOf(written), fields });
  }
  await publishMany(assetChanged, news);
}
