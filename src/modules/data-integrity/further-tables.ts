/** The further tables that rules name, found for the door. One that cannot be found leaves its rules unknown, not the whole run. */
import type { Context } from '../../contract/actor.ts';
import { isProblem } from '../../contract/problem.ts';
import type { ValidationRule } from './contract.ts';
import { type DoorData, locateTable } from './locate-table.ts';
import type { AskedRule } from './rule-outcome.ts';

type Named = Pick<ValidationRule, 'name' | 'rule' | 'severity' | 'tolerance' | 'table'> & { readonly id: string | null };

/** Needs a transaction. */
export async function furtherTables(rules: readonly Named[], context: Context): Promise<AskedRule[]> {
  const asked: AskedRule[] = [];
  for (const { id, name, rule, severity, tolerance, table } of rules)
    asked.push({ id, name, rule, severity, tolerance, furtherTable: table === null ? null : await located(table, context) });
  return asked;
}

async function located(table: NonNullable<ValidationRule['table']>, context: Context): Promise<DoorData | null> {
  try {
    return (await locateTable(table, context)).data;
  } catch (error) {
    if (isProblem(error) && error.status < 500) return null;
    throw error;
  }
}
