/** A plan in process: on a table inside the engine. */
import { duckdb } from '../emitters/duckdb.ts';
import { type Frame, fromOf } from '../frame.ts';
import { columnSqlOf } from '../rule.ts';
import { type Plan, type PlanResult, type PlanTable, runPlan } from './plan.ts';

export function frameTable(frame: Frame): PlanTable {
  const known = new Map(frame.columns.map((column) => [column.name, column]));
  return {
    dialect: duckdb,
    from: (names) =>
      fromOf(
        frame,
        names.flatMap((name) => known.get(name) ?? []),
      ),
    column: (name) => {
      const column = known.get(name);
      return column && columnSqlOf(column);
    },
  };
}

export function runOnFrame(plan: Plan, frame: Frame): Promise<PlanResult> {
  return runPlan(plan, frameTable(frame), (sql, values) => frame.engine.rows(sql, values));
}
