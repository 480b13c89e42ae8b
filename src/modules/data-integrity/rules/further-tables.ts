/** The further tables that rules name, found for the door. One that cannot be found leaves its rules unknown, not the whole run. */
import type { Context } from '../../../contract/actor.ts';
import { isProblem } from '../../../contract/problem.ts';
import type { ValidationRule } from '../contract.ts';
import { type DoorData, type LocatedTable, locateTable } from '../sources/locate-table.ts';
import type { StagingDesk } from '../sources/staging-desk.ts';
import type { AskedRule } from './rule-outcome.ts';

type Named = Pick<ValidationRule, 'name' | 'rule' | 'severity' | 'tolerance' | 'table'> & { readonly id: string | null };

export type LocatedRule = Omit<AskedRule, 'furtherTable'> & { readonly furtherTable: LocatedTable | null };

/** Needs a transaction. */
export async function furtherTables(rules: readonly Named[], context: Context): Promise<LocatedRule[]> {
  const asked: LocatedRule[] = [];
  for (const { id, name, rule, severity, tolerance, table } of rules)
    asked.push({ id, name, rule, severity, tolerance, furtherTable: table === null ? null : await located(table, context) });
  return asked;
}

async function located(table: NonNullable<ValidationRule['table']>, context: Context): Promise<LocatedTable | null> {
  try {
    return await locateTable(table, context);
  } catch (error) {
    if (isProblem(error) && error.status < 500) return null;
    throw error;
  }
}

/** Outside of transactions. A database that refuses leaves its rules unknown too. */
export async function broughtRules(rules: readonly LocatedRule[], desk: StagingDesk): Promise<AskedRule[]> {
  const asked: AskedRule[] = [];
  for (const { furtherTable, ...rule } of rules)
    asked.push({ ...rule, furtherTable: furtherTable === null ? null : await brought(furtherTable, desk) });
  return asked;
}

async function brought(table: LocatedTable, desk: StagingDesk): Promise<DoorData | null> {
  try {
    return (await desk.bring(table)).data;
  } catch (error) {
    if (isProblem(error) && error.status < 500 && error.code !== 'data-quality.stopped') return null;
    throw error;
  }
}
