/** An import of assets and its balance sheet: read = new + updated + unchanged + rejected. A dry run does all but write. */
import type { Readable } from 'node:stream';
import type { Context } from '../../contract/actor.ts';
import { isProblem } from '../../contract/problem.ts';
import { attempt, transaction } from '../../platform/database/database.ts';
import { fieldsWritten, register, write } from './asset.ts';
import { stateOf } from './asset-view.ts';
import { type AssetDraft, assetProblems, type BalanceSheet } from './contract.ts';
import { type ImportedRow, readImport } from './import-rows.ts';
import { applyDeclaration } from './provenance.ts';
import { addKeys, findByNameAndType, findRow, ownersOfKeys } from './store.ts';
import type { AssetRow } from './table.ts';

type Outcome = BalanceSheet['rows'][number];
const listedRows = 1000;
const batchRows = 500;
const source = 'import';

/** Thrown to undo a dry run; never leaves this file. */
class DryRunOver extends Error {
  override readonly name = 'DryRunOver';
}

/**
 * Imports a file. Each batch of rows is one transaction, so a file of 100,000 rows holds no lock for minutes; a row that is
 * refused takes none of the others with it. A dry run is one transaction that is undone: rows see those before them.
 */
export async function importAssets(
  body: Readable,
  { format, dryRun }: { format: 'csv' | 'json'; dryRun: boolean },
  context: Context,
): Promise<BalanceSheet> {
  const sheet: BalanceSheet = { dryRun, read: 0, new: 0, updated: 0, unchanged: 0, rejected: 0, rows: [], rowsLeftOut: 0 };
  const rows = readImport(body, format);
  if (!dryRun) {
    for await (const batch of batches(rows)) await transaction(context, () => importBatch(batch, sheet, context));
    return settled(sheet);
  }
  try {
    await transaction(context, async () => {
      for await (const batch of batches(rows)) await importBatch(batch, sheet, context);
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

async function importBatch(batch: readonly ImportedRow[], sheet: BalanceSheet, context: Context): Promise<void> {
  for (const row of batch) note(sheet, await importRow(row, context));
}

/** Rejected rows are always worth their line; of the others the first ones show what would happen. */
function note(sheet: BalanceSheet, outcome: Outcome): void {
  sheet.read += 1;
  sheet[outcome.outcome] += 1;
  sheet.rows.push(outcome);
  if (sheet.rows.length <= 2 * listedRows) return;
  trim(sheet);
}

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

async function importRow(row: ImportedRow, context: Context): Promise<Outcome> {
  const about = { line: row.line, name: row.name };
  if ('reason' in row) return { ...about, outcome: 'rejected', reason: row.reason };
  try {
    return { ...about, outcome: await attempt(() => importDraft(row.draft, row.id, context)), reason: null };
  } catch (error) {
    if (!isProblem(error)) throw error;
    return { ...about, outcome: 'rejected', reason: error.message };
  }
}

/** Which asset a row means: its id, else one of its keys, else the one asset of that name and type. */
async function targetOf(draft: AssetDraft, id: string | null): Promise<AssetRow | null> {
  if (id !== null) {
    const row = await findRow(id, true);
    if (!row) throw assetProblems.notFound({ id });
    return row;
  }
  const [owner] = await ownersOfKeys(draft.keys ?? []);
  if (owner) return await findRow(owner.assetId, true);
  return (draft.keys ?? []).length > 0 ? null : await findByNameAndType(draft.name, draft.type ?? draft.asset_type ?? 'model');
}

async function importDraft(draft: AssetDraft, id: string | null, context: Context): Promise<'new' | 'updated' | 'unchanged'> {
  const row = await targetOf(draft, id);
  if (row === null) {
    await register(draft, context.actor, source);
    return 'new';
  }
  if (row.lifecycle === 'retired') throw assetProblems.retired({ name: row.name });
  const said = fieldsWritten(draft);
  const lifecycle = draft.lifecycle ?? row.lifecycle;
  const unchanged = applyDeclaration(stateOf(row), said, { source, at: '' }).changed.length === 0 && lifecycle === row.lifecycle;
  if (unchanged) return 'unchanged';
  await write(row, said, { actor: context.actor, action: 'imported', lifecycle, source });
  await addKeys(row.id, draft.keys ?? [], source);
  return 'updated';
}
