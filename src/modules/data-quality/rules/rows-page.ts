/** Rows that fail one rule, page by page, with the cells the rule looks at; cells are masked unless the caller may see them. */
import { count, type Frame, fromOf } from '../frame.ts';
import { dataProblems } from '../refusal.ts';
import { columnNamed, type Rule } from '../rule.ts';
import type { RuleRoom } from './kind.ts';
import { kindOf } from './kinds.ts';

export type PageQuestion = {
  /** Place of the rule in the request. */
  readonly rule: number;
  readonly offset: number;
  readonly limit: number;
  /** Asked by a caller who may read cells; else they are masked. */
  readonly reveal: boolean;
};
export type RowsPage = {
  readonly rule: number;
  readonly offset: number;
  readonly total: number;
  readonly columns: readonly string[];
  readonly masked: boolean;
  /** In row order; null is missing. */
  readonly rows: readonly { readonly row: number; readonly cells: readonly (string | null)[] }[];
};

const mostColumnsShown = 50;
const mostCharacters = 200;

/** @throws data-quality.badRule when there is no such rule, or it is not about rows. */
export async function failingPage(rules: readonly Rule[], room: RuleRoom, asked: PageQuestion): Promise<RowsPage> {
  const rule = rules[asked.rule];
  if (rule === undefined) throw dataProblems.badRule({ rule: asked.rule, reason: 'the request has no rule of this number' });
  const question = await kindOf(rule).ask(rule, room);
  if (question.about === 'table')
    throw dataProblems.badRule({ rule: rule.kind, reason: 'it is about the table as a whole, no row fails it' });
  const { sql, values } = question.failing;
  const [[total] = []] = await room.frame.engine.rows(`SELECT count(*) FROM (${sql})`, values);
  const picked = `SELECT r FROM (${sql}) ORDER BY r LIMIT ${asked.limit} OFFSET ${asked.offset}`;
  const columns = question.columns.slice(0, mostColumnsShown);
  const rows = await cellsOf(room.frame, { columns, picked, values });
  return {
    rule: asked.rule,
    offset: asked.offset,
    total: count(total),
    columns,
    masked: !asked.reveal,
    rows: rows.map(([row, ...cells]) => ({
      row: count(row),
      cells: cells.map((cell) => (cell === null ? null : shown(String(cell), asked.reveal))),
    })),
  };
}

type Picked = { readonly columns: readonly string[]; readonly picked: string; readonly values: readonly (string | number)[] };

function cellsOf(frame: Frame, { columns, picked, values }: Picked) {
  const shownColumns = columns.map((name) => columnNamed(frame, name));
  const cells = shownColumns.map(({ cell }) => `substr(${cell}::VARCHAR, 1, ${mostCharacters})`);
  return frame.engine.rows(
    `SELECT ${['r', ...cells].join(', ')} FROM ${fromOf(frame, shownColumns)} WHERE r IN (${picked}) ORDER BY r`,
    values,
  );
}

const shown = (cell: string, isRevealed: boolean): string => (isRevealed ? cell : masked(cell));

/** The shape of a cell without its content: letters become a or A, digits 9, the rest stays; long cells are cut. */
export function masked(cell: string): string {
  const shape = cell
    .slice(0, 40)
    .replaceAll(/\p{Lu}/gu, 'A')
    .replaceAll(/[\p{L}\p{M}]/gu, (letter) => (letter === 'A' ? 'A' : 'a'))
    .replaceAll(/\p{N}/gu, '9');
  return cell.length > 40 ? `${shape}…` : shape;
}
