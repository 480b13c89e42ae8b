/** Staged text → tables of the engine. The rows were checked and counted before: the engine must see exactly as many, or nothing is answered. */
import { rmSync } from 'node:fs';
import { type Engine, literal } from '../engine.ts';
import { columnsPerRelation, count } from '../frame.ts';
import { dataProblems } from '../refusal.ts';
import { type StagedPart, splitWide } from './split-wide.ts';
import type { StagedText } from './staged.ts';

export type Loading = { readonly staged: StagedText; readonly relation: string; readonly path: string };

/** What the engine reads of a text at a time. */
const readBytes = 4 * 2 ** 20;

/** @returns the names of the tables: `r` and the columns `c0`, `c1` … of at most `columnsPerRelation` each. */
export async function loadStaged(engine: Engine, { staged, relation, path }: Loading): Promise<string[]> {
  const isWide = staged.names.length > columnsPerRelation;
  const parts: StagedPart[] = isWide
    ? splitWide(staged, path, columnsPerRelation)
    : [{ path, from: 0, columns: staged.names.length, longest: staged.longest }];
  const relations: string[] = [];
  for (const [k, part] of parts.entries()) {
    const name = `${relation}_${k}`;
    await engine.run(
      `CREATE TABLE ${name} AS SELECT * FROM ${scanOf(part, { staged, relation: name, isPadded: staged.isPadded && !isWide })}`,
    );
    const [[rows] = []] = await engine.rows(`SELECT count(*) FROM ${name}`);
    if (count(rows) !== staged.rows) throw await miscounted(engine, { staged, relation: name, path }, count(rows));
    // Until then every column of a table holds 32 kB of memory, however few its rows are.
    if (isWide) await engine.run('CHECKPOINT');
    if (isWide) rmSync(part.path);
    relations.push(name);
  }
  return relations;
}

async function miscounted(engine: Engine, { staged, relation }: Loading, rows: number) {
  const [[reason] = []] = await engine.rows(`SELECT error_message FROM ${relation}_rejects LIMIT 1`);
  const said = String(reason ?? 'no reason given').slice(0, 200);
  return dataProblems.unreadable({ reason: `the engine read ${rows} of ${staged.rows} rows (${said}).` });
}

type Scan = { readonly staged: StagedText; readonly relation: string; readonly isPadded: boolean };

function scanOf({ path, from, columns, longest: longestRecord }: StagedPart, { staged, relation, isPadded }: Scan): string {
  // Room for the row number, and for the engine's own look beyond the end.
  const longest = Math.max(longestRecord + 1024, 65_536);
  const types = ["'r': 'BIGINT'", ...Array.from({ length: columns }, (_, k) => `'c${from + k}': 'VARCHAR'`)].join(', ');
  const options = [
    'auto_detect=false',
    'header=false',
    `delim=${literal(staged.delimiter)}`,
    `quote='"'`,
    `escape='"'`,
    // Left to find the line end itself, the engine takes a carriage return inside quotes for one.
    String.raw`new_line='\n'`,
    `columns={${types}}`,
    `nullstr=''`,
    'allow_quoted_nulls=false',
    `max_line_size=${longest}`,
    `buffer_size=${Math.max(longest * 2, readBytes)}`,
    `null_padding=${isPadded}`,
    'store_rejects=true',
    `rejects_table='${relation}_rejects'`,
    `rejects_scan='${relation}_scans'`,
  ];
  return `read_csv(${literal(path)}, ${options.join(', ')})`;
}
