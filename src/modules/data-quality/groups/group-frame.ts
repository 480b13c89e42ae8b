/** The rows of one group as a table of its own: same columns and types, rows numbered anew. */
import type { Column } from '../frame.ts';
import { columnsPerRelation, count, type Frame, isNumeric } from '../frame.ts';
import { isPlaceholder, timeOf } from '../ingest/agree-types.ts';

export type GroupCount = { readonly value: string; readonly rows: number };

/** Groups by size, the largest first, at most `most` of them; with how many there are in all, and rows that are in none. */
export async function countGroups(
  frame: Frame,
  column: Column,
  most: number,
): Promise<{ groups: GroupCount[]; inAll: number; missingRows: number }> {
  const relation = relationOf(frame, column);
  const [[inAll, present] = []] = await frame.engine.rows(
    `SELECT count(DISTINCT ${column.cell}::VARCHAR), count(${column.cell}) FROM ${relation}`,
  );
  const rows = await frame.engine.rows(
    `SELECT ${column.cell}::VARCHAR AS v, count(*) AS n FROM ${relation} WHERE ${column.cell} IS NOT NULL GROUP BY v ORDER BY n DESC, v LIMIT ${most}`,
  );
  return {
    groups: rows.map(([value, n]) => ({ value: String(value), rows: count(n) })),
    inAll: count(inAll),
    missingRows: frame.rows - count(present),
  };
}

/** Works on a group's table and drops it. @param side tells the tables of two frames apart. */
export async function withGroup<T>(
  frame: Frame,
  { column, value, side }: { column: Column; value: string; side: string },
  work: (group: Frame) => Promise<T>,
): Promise<T> {
  const numbering = `group_${side}_rows`;
  await frame.engine.run(
    `CREATE OR REPLACE TABLE ${numbering} AS SELECT r AS old, row_number() OVER (ORDER BY r) - 1 AS r FROM ${relationOf(frame, column)} WHERE ${column.cell}::VARCHAR = ?`,
    [value],
  );
  const relations: string[] = [];
  try {
    for (const [k, relation] of frame.relations.entries()) {
      const name = `group_${side}_${k}`;
      await frame.engine.run(
        `CREATE OR REPLACE TABLE ${name} AS SELECT n.r AS r, x.* EXCLUDE (r) FROM ${relation} x JOIN ${numbering} n ON x.r = n.old`,
      );
      relations.push(name);
    }
    const [[rows] = []] = await frame.engine.rows(`SELECT count(*) FROM ${numbering}`);
    const bare: Frame = { ...frame, relations, rows: count(rows) };
    return await work({ ...bare, columns: await countedColumns(bare) });
  } finally {
    for (const name of [...relations, numbering]) await frame.engine.run(`DROP TABLE IF EXISTS ${name}`);
  }
}

function relationOf({ relations }: Frame, { index }: Column): string {
  return relations[relations.length === 1 ? 0 : Math.floor(index / columnsPerRelation)] ?? '';
}

/** What was counted over the whole table is counted again over the group. Columns that a file declares were not counted. */
async function countedColumns(frame: Frame): Promise<Column[]> {
  const counted = new Map<Column, readonly number[]>();
  for (const relation of frame.relations) {
    const own = frame.columns.filter((column) => column.counted !== null && relationOf(frame, column) === relation);
    if (own.length === 0) continue;
    const fields = own.flatMap((column) => [`count(${column.cell})`, `count_if(${isPlaceholder(column.cell)})`, unparsedSql(column)]);
    const [row = []] = await frame.engine.rows(`SELECT ${fields.join(', ')} FROM ${relation}`);
    for (const [k, column] of own.entries()) counted.set(column, row.slice(k * 3, k * 3 + 3).map(count));
  }
  return frame.columns.map((column) => {
    const [present = 0, placeholders = 0, unparsed = 0] = counted.get(column) ?? [];
    return column.counted === null ? column : { ...column, counted: { present, placeholders }, unparsed };
  });
}

function unparsedSql(column: Column): string {
  if (column.unparsed === 0) return '0';
  const { cell } = column;
  const parsed = isNumeric(column)
    ? `${column.number} IS NOT NULL`
    : column.type === 'time'
      ? `${timeOf(column)} IS NOT NULL`
      : `lower(${cell}::VARCHAR) IN ('true', 'false')`;
  return `count_if(${cell} IS NOT NULL AND NOT ${isPlaceholder(cell)} AND NOT (${parsed}))`;
}
